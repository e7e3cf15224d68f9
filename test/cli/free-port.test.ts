import { createServer } from 'node:net';
import { once } from 'node:events';
import { describe, expect, it } from 'vitest';
import { freePort, portIsFree } from '../../cli/up/free-port.ts';

const LOOPBACK = '127.0.0.1';

describe('a free port', () => {
  it('is never given twice, and none that an outgoing connection may take', async () => {
    const ports = await Promise.all(Array.from({ length: 200 }, () => freePort(LOOPBACK)));
    expect(new Set(ports).size).toBe(ports.length);
    for (const port of ports) expect(port).toBeLessThan(32_768);
  });

  it('is free until somebody listens on it', async () => {
    const port = await freePort(LOOPBACK);
    expect(await portIsFree(LOOPBACK, port)).toBe(true);
    const server = createServer().listen(port, LOOPBACK);
    await once(server, 'listening');
    expect(await portIsFree(LOOPBACK, port)).toBe(false);
    await new Promise((resolve) => server.close(resolve));
  });

  it('is refused with the reason on an address that is not of this machine', async () => {
    const refused = await freePort('192.0.2.1').catch((error: unknown) => error);
    expect(refused).toBeInstanceOf(Error);
    expect((refused as Error).message).toContain('192.0.2.1');
    expect(String((refused as Error).cause)).toContain('EADDRNOTAVAIL');
  });
});
