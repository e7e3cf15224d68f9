import type { Logger } from 'pino';
import { isLoopback } from '../../api/http/served-names.ts';
import { LongshoreError } from '../../model/error.ts';

type Bind = { readonly host: string; readonly auth: 'none' | null };

/** Without authentication the api is for this machine; a wider bind must be asked for in so many words. */
export function refuseOpenBind(api: Bind): void {
  if (isLoopback(api.host) || api.auth === 'none') return;
  throw new LongshoreError(
    'open_bind',
    `The api would listen on ${api.host} without authentication: everybody who reaches it could run containers here. ` +
      `Bind to 127.0.0.1, or write "api: { auth: none }" into longshore.yaml if the network is trusted.`,
  );
}

/** For each start: whoever wrote it out may have forgotten it since. */
export function warnOfOpenBind(api: Bind, logger: Pick<Logger, 'warn'>): void {
  if (isLoopback(api.host)) return;
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
