import { once } from 'node:events';
import { connect, createServer, type Socket } from 'node:net';

/** A way to an engine's socket that a test can close: then nothing there answers, as after the engine's death. */
export type EngineWay = {
  readonly socketPath: string;
  readonly shut: () => void;
  readonly open: () => void;
  readonly close: () => Promise<void>;
};

export const openEngineWay = async (engineSocket: string, socketPath: string): Promise<EngineWay> => {
  let isShut = false;
  const sockets = new Set<Socket>();
  const cutAll = (): void => sockets.forEach((socket) => socket.destroy());
  const server = createServer((near) => {
    if (isShut) {
      near.destroy();
      return;
    }
    const far = connect(engineSocket);
    for (const socket of [near, far]) {
      sockets.add(socket);
      socket.on('error', () => undefined);
      socket.on('close', () => {
        sockets.delete(socket);
        near.destroy();
        far.destroy();
      });
    }
    near.pipe(far).pipe(near);
  });
  server.listen(socketPath);
  await once(server, 'listening');
  return {
    socketPath,
    shut: () => {
      isShut = true;
      cutAll();
    },
    open: () => {
      isShut = false;
    },
    close: async () => {
      cutAll();
      server.close();
      await once(server, 'close');
    },
  };
};
