import type { Logger } from 'pino';
import { LongshoreError } from '../../model/error.ts';

const isLoopback = (host: string): boolean =>
  host === 'localhost' || host === '::1' || /^127\.\d{1,3}\.\d{1,3}\.\d{1,3}$/.test(host);

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
