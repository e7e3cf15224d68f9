import { createServer } from 'node:http';

export type EmptyEngine = { readonly socketPath: string; readonly close: () => Promise<void> };

const SIZE = { ServerVersion: 'bench', NCPU: 8, MemTotal: 2 ** 34 };

/** Answers what a host without containers asks of a Docker engine; each is an engine of its own, which one daemon cannot be. */
export async function startEmptyEngine(socketPath: string, id: string): Promise<EmptyEngine> {
  const server = createServer((request, response) => {
    const path = request.url ?? '';
    const isInfo = path.includes('/info');
    const isList = path.includes('/containers/json');
    response.statusCode = isInfo || isList ? 200 : 501;
    response.setHeader('content-type', 'application/json');
    response.end(JSON.stringify(isInfo ? { ID: id, ...SIZE } : isList ? [] : { message: `not here: ${path}` }));
  });
  await new Promise<void>((resolve) => server.listen(socketPath, resolve));
  return {
    socketPath,
    close: () =>
      new Promise((resolve) => {
        server.close(() => resolve());
        server.closeAllConnections();
      }),
  };
}
