import { randomInt } from 'node:crypto';
import { createServer } from 'node:net';

/**
 * Where ports are drawn: above what well-known servers use, below where Linux (32768 and up) and macOS (49152 and up)
 * take the near end of outgoing connections. One of those would be stolen between a server's stop and its next start.
 */
const FIRST = 20_000;
const END = 32_768;
const TRIES = 100;

/** What this process was given: a server that has not begun to listen on its port is not robbed of it. */
const given = new Set<number>();

/** Why a server could not listen there now; nothing when it could. */
const refusal = (ip: string, port: number): Promise<Error | undefined> =>
  new Promise((resolve) => {
    const probe = createServer();
    probe.once('error', resolve);
    probe.listen(port, ip, () => probe.close(() => resolve(undefined)));
  });

/** Whether a server could listen there now. */
export const portIsFree = async (ip: string, port: number): Promise<boolean> => (await refusal(ip, port)) === undefined;

/** A TCP port on `ip` that nobody listens on now. Somebody may take it before its user does: pin it, and check again. */
export const freePort = async (ip: string): Promise<number> => {
  let last: Error | undefined;
  for (let tries = 0; tries < TRIES; tries += 1) {
    const port = randomInt(FIRST, END);
    if (given.has(port)) continue;
    last = await refusal(ip, port);
    if (last !== undefined) continue;
    given.add(port);
    return port;
  }
  throw new Error(`no port on ${ip} could be listened on in ${TRIES} tries between ${FIRST} and ${END - 1}`, {
    cause: last,
  });
};
