import { once } from 'node:events';
import { connect, createServer, type AddressInfo, type Socket } from 'node:net';

/** One address before several servers, as a load balancer is: each connection goes to the next one that takes it. */
export type Balancer = { readonly url: string; readonly close: () => Promise<void> };

export const startBalancer = async (ports: readonly number[]): Promise<Balancer> => {
  const open = new Set<Socket>();
  let turn = 0;
  const reach = async (): Promise<Socket | null> => {
    turn += 1;
    for (const [index] of ports.entries()) {
      const socket = connect(ports[(turn + index) % ports.length] ?? 0, '127.0.0.1');
      const reached = await once(socket, 'connect').then(
        () => true,
        () => false,
      );
      if (reached) return socket;
    }
    return null;
  };
  const server = createServer({ pauseOnConnect: true }, (near) => {
    near.on('error', () => undefined);
    void reach().then((far) => {
      if (far === null) {
        near.destroy();
        return;
      }
      far.on('error', () => undefined);
      for (const [socket, other] of [
        [near, far],
        [far, near],
      ] as const) {
        open.add(socket);
        socket.on('close', () => {
          open.delete(socket);
          other.destroy();
        });
        socket.pipe(other);
      }
    });
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  const { port } = server.address() as AddressInfo;
  return {
    url: `http://127.0.0.1:${port}`,
    close: async () => {
      for (const socket of open) socket.destroy();
      server.close();
      await once(server, 'close');
    },
  };
};
