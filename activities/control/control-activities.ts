import type { ControlActivities, HostBookActivities } from '../contract.ts';
import { createDispatch } from './dispatch.ts';
import type { OutboxDeps } from './outbox.ts';
import type { PlannerDeps } from './planner.ts';
import type { SweeperDeps } from './sweeper.ts';

/** The activities of the control queue: the ledger's book-keeping as workflows call it, and the dispatcher. */
export function createControlActivities(
  deps: SweeperDeps & OutboxDeps & PlannerDeps,
): ControlActivities & HostBookActivities {
  const { ledger } = deps;
  return {
    openRun: (input) => ledger.openRun(input),
    claim: (input) => ledger.claim(input),
    record: (input) => ledger.record(input),
    restate: (input) => ledger.restate(input),
    leftovers: (input) => ledger.leftovers(input),
    hello: (input) => ledger.hello(input),
    recordHost: (input) => ledger.recordHost(input),
    removeHost: (input) => ledger.removeHost(input),
    evictHost: (input) => ledger.evictHost(input),
    dispatch: createDispatch(deps),
  };
}
