import { once } from 'node:events';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import type { Express } from 'express';
import { LongshoreError } from '../model/error.ts';
import { CLOSING_EVENT } from './create-api.ts';

export type Listening = {
  readonly port: number;
  /** Takes no new connection, cuts followers, lets the rest finish within `graceMs`, then cuts that too. */
  close(): Promise<void>;
};

/** A large bundle over a slow line takes its time; Node's own limit is five minutes. */
const REQUEST_WITHIN_MS = 6 * 60 * 60 * 1000;

export const listen = async (
  app: Express,
  at: { readonly host: string; readonly port: number; readonly graceMs: number },
): Promise<Listening> => {
  const server = createServer({ requestTimeout: REQUEST_WITHIN_MS }, app);
  server.listen(at.port, at.host);
  try {
    await once(server, 'listening');
  } catch (cause) {
    throw new LongshoreError('cannot_listen', `The api cannot listen on ${at.host}:${at.port}: ${refusalOf(cause)}`, {
      cause,
    });
  }
  const address: AddressInfo | string | null = server.address();
  return {
    port: typeof address === 'object' && address !== null ? address.port : at.port,
    close: async () => {
      const closed = once(server, 'close');
      server.close();
      app.emit(CLOSING_EVENT);
      server.closeIdleConnections();
      const timer = setTimeout(() => {
        server.closeAllConnections();
      }, at.graceMs);
      await closed;
      clearTimeout(timer);
    },
  };
};

/** Why the system let nobody listen there, and the way out. */
function refusalOf(cause: unknown): string {
  const code = cause instanceof Error && 'code' in cause ? cause.code : null;
  switch (code) {
    case 'EADDRINUSE':
      return 'another program listens there. Stop that one, or choose another port with --port or api.port.';
    case 'EACCES':
      return 'this user may not take that port. Choose one above 1023 with --port or api.port.';
    case 'EADDRNOTAVAIL':
      return 'this machine has no such address. Choose one that it has with --host or api.host.';
    default:
      return `${cause instanceof Error ? cause.message : String(cause)}. Choose another place with --host and --port.`;
  }
}
