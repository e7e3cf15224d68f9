import { once } from 'node:events';
import { connect, createServer, type AddressInfo, type Socket } from 'node:net';

/** A way to a server on which chosen requests wait for as long as a test wants. */
export type Gate = {
  readonly url: string;
  /** From now on nothing that holds `text` gets through, nor what comes after it on the same connection. */
  readonly hold: (text: string) => void;
  /** Everything gets through, also what waits. */
  readonly open: () => void;
  readonly close: () => Promise<void>;
};

export const startGate = async (port: number): Promise<Gate> => {
  const held = new Set<string>();
  const sockets = new Set<Socket>();
  const waiting = new Set<() => void>();
  const server = createServer((near) => {
    const far = connect(port, '127.0.0.1');
    for (const [one, other] of [
      [near, far],
      [far, near],
    ] as const) {
      sockets.add(one);
      one.on('error', () => undefined);
      one.on('close', () => {
        sockets.delete(one);
        other.destroy();
      });
    }
    near.on('data', (chunk: Buffer) => {
      if (![...held].some((text) => chunk.includes(text))) {
        far.write(chunk);
        return;
      }
      near.pause();
      waiting.add(() => {
        far.write(chunk);
        near.resume();
      });
    });
    far.on('data', (chunk: Buffer) => void near.write(chunk));
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  const address = server.address() as AddressInfo;
  return {
    url: `http://127.0.0.1:${address.port}`,
    hold: (text) => void held.add(text),
    open: () => {
      held.clear();
      for (const letThrough of waiting) letThrough();
      waiting.clear();
    },
    close: async () => {
      for (const socket of sockets) socket.destroy();
      server.close();
      await once(server, 'close');
    },
  };
};
