import type { Logger } from 'pino';
import { isLoopback } from '../../api/http/served-names.ts';
import { LongshoreError } from '../../model/error.ts';

/** Without authentication the api is for this machine; a wider bind must be asked for in so many words. */
export function refuseOpenBind(
  api: { readonly host: string; readonly auth: 'none' | null },
  logger: Pick<Logger, 'warn'>,
): void {
  if (isLoopback(api.host)) return;
  if (api.auth !== 'none') {
    throw new LongshoreError(
      'open_bind',
      `The api would listen on ${api.host} without authentication: everybody who reaches it could run containers here. ` +
        `Bind to 127.0.0.1, or write "api: { auth: none }" into longshore.yaml if the network is trusted.`,
    );
  }
  logger.warn({ host: api.host }, 'the api listens beyond loopback without authentication, as api.auth says');
}

/** Names the api answers to besides loopback's; null = any. Beyond loopback nobody but the configuration knows them. */
export function servedNamesOf(api: {
  readonly host: string;
  readonly servedNames: readonly string[] | null;
}): readonly string[] | null {
  if (api.servedNames !== null) return [...api.servedNames, api.host];
  return isLoopback(api.host) ? [] : null;
}
