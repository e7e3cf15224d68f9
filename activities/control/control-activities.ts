import type { ControlActivities } from '../contract.ts';
import { createDispatch } from './dispatch.ts';
import type { OutboxDeps } from './outbox.ts';
import type { SweeperDeps } from './sweeper.ts';

/** The activities of the control queue: the ledger's book-keeping as workflows call it, and the dispatcher. */
export function createControlActivities(deps: SweeperDeps & OutboxDeps): ControlActivities {
  const { ledger } = deps;
  return {
    openRun: (input) => ledger.openRun(input),
    claim: (input) => ledger.claim(input),
    record: (input) => ledger.record(input),
    leftovers: (input) => ledger.leftovers(input),
    dispatch: createDispatch(deps),
  };
}
