import { createDemoClient } from '../../cli/demo/demo-client.ts';
import { freePort } from '../../cli/up/free-port.ts';
import { startBalancer } from './balancer.ts';
import { startPostgresServer, type PostgresServer } from './postgres-server.ts';
import { makeHome, managed, startPart, type ManagedChild, type PartsStack, type StackOptions } from './stack.ts';
import { startTemporalServer } from './temporal-server.ts';

/** Two apis and two control workers over one PostgreSQL, one Temporal and one host behind a load balancer. */
export type SharedStack = {
  readonly postgres: PostgresServer;
  readonly ledgerUrl: string;
  /** The same stack, as seen through either api. */
  readonly through: readonly [PartsStack, PartsStack];
  readonly controls: readonly [ManagedChild, ManagedChild];
  readonly stop: () => Promise<void>;
};

export const startSharedStack = async (options: StackOptions = {}): Promise<SharedStack> => {
  const [postgres, temporal] = await Promise.all([startPostgresServer(), startTemporalServer()]);
  const ledgerUrl = await postgres.createDatabase();
  const home = await makeHome({ ledger: { url: ledgerUrl }, temporal: { address: temporal.address } }, options);
  const says = (words: string) => async (child: { readonly output: () => string }) => child.output().includes(words);
  const control = (): Promise<ManagedChild> =>
    managed(() => startPart(home, ['control'], says('control worker polls'), options.env));
  const ports = [await freePort('127.0.0.1'), await freePort('127.0.0.1')] as const;
  const api = (port: number): Promise<ManagedChild> =>
    managed(() => startPart(home, ['api', '--port', String(port)], says('api listens'), options.env));

  const controls = await Promise.all([control(), control()]);
  const apis = await Promise.all([api(ports[0]), api(ports[1])]);
  const balancer = await startBalancer(ports);
  const host = await managed(() =>
    startPart(home, ['host'], says('host is ready'), { LONGSHORE_SERVER_URL: balancer.url }),
  );
  const stop = async (): Promise<void> => {
    await host.stop();
    await Promise.all([...apis, ...controls].map((part) => part.stop()));
    await balancer.close();
    await temporal.stop();
    await postgres.stop();
    await home.remove();
  };
  const view = (port: number, server: ManagedChild): PartsStack => {
    const apiUrl = `http://127.0.0.1:${port}`;
    const client = createDemoClient(apiUrl, new AbortController().signal);
    return { ...home, ...{ apiUrl, client, temporal, server, host, stop } };
  };
  return { postgres, ledgerUrl, through: [view(ports[0], apis[0]), view(ports[1], apis[1])], controls, stop };
};
