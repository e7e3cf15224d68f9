import { createServer } from 'node:net';

/** A TCP port on `ip` that nobody listens on now. Somebody may take it before its user does: pin it, and check again. */
export const freePort = (ip: string): Promise<number> =>
  new Promise((resolve, reject) => {
    const probe = createServer();
    probe.once('error', reject);
    probe.listen(0, ip, () => {
      const address = probe.address();
      probe.close(() => {
        if (address === null || typeof address === 'string') reject(new Error(`no port was given on ${ip}`));
        else resolve(address.port);
      });
    });
  });

/** Whether a server could listen there now. */
export const portIsFree = (ip: string, port: number): Promise<boolean> =>
  new Promise((resolve) => {
    const probe = createServer();
    probe.once('error', () => resolve(false));
    probe.listen(port, ip, () => probe.close(() => resolve(true)));
  });
