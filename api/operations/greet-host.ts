import type { Hello, HelloVerdict } from '../../model/host.ts';
import { startOfHost } from '../../activities/control/host-keeper.ts';
import type { ApiDeps } from '../api-deps.ts';

/** Asks the host's workflow, which alone judges hosts and is started where there is none. */
export const greetHost = async (deps: ApiDeps, hello: Hello): Promise<HelloVerdict> => {
  const known = (await deps.ledger.hosts()).find((host) => host.name === hello.name && host.condition !== 'removed');
  const fresh = { cordoned: false, drain: null, session: null, carried: null };
  const start =
    known === undefined
      ? { ...fresh, name: hello.name, pool: hello.pool, lostAfterMs: hello.lostAfterMs }
      : { ...startOfHost(known), session: null };
  return deps.hostGateway.hello(hello, start);
};
