import { once } from 'node:events';
import { connect, createServer, type AddressInfo, type Socket } from 'node:net';

/** A way to a server that can be cut at a chosen moment. */
export type CuttingProxy = {
  readonly port: number;
  /** From now on: what holds `text` still reaches the server, its answer never comes back. Once. */
  readonly cutAfter: (text: string) => void;
  readonly close: () => Promise<void>;
};

export const startCuttingProxy = async (port: number): Promise<CuttingProxy> => {
  let fatal: string | null = null;
  const open = new Set<Socket>();
  const server = createServer((near) => {
    const far = connect(port, '127.0.0.1');
    for (const socket of [near, far]) {
      open.add(socket);
      socket.on('error', () => undefined);
      socket.on('close', () => {
        open.delete(socket);
        near.destroy();
        far.end();
      });
    }
    near.on('data', (chunk: Buffer) => {
      far.write(chunk);
      if (fatal === null || !chunk.includes(fatal)) return;
      fatal = null;
      far.off('data', pass);
      setTimeout(() => near.destroy(), 50);
    });
    const pass = (chunk: Buffer): void => void near.write(chunk);
    far.on('data', pass);
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  const address = server.address() as AddressInfo;
  return {
    port: address.port,
    cutAfter: (text) => (fatal = text),
    close: async () => {
      for (const socket of open) socket.destroy();
      server.close();
      await once(server, 'close');
    },
  };
};
