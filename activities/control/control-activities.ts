import type { ControlActivities, DeletionActivities, HostBookActivities } from '../contract.ts';
import { createDeletion, type DeletionDeps } from './deletion.ts';
import { createDispatch } from './dispatch.ts';
import type { OutboxDeps } from './outbox.ts';
import type { PlannerDeps } from './planner.ts';
import type { JobUid } from '../../model/ids.ts';
import type { SweeperDeps } from './sweeper.ts';
import type { TellSchedulesDeps } from './tell-schedules.ts';

type AdmitDeps = { readonly mintUid: () => JobUid; readonly maxQueued: number };

/** The activities of the control queue: the ledger's book-keeping as workflows call it, and the dispatcher. */
export function createControlActivities(
  deps: SweeperDeps & OutboxDeps & PlannerDeps & TellSchedulesDeps & AdmitDeps & DeletionDeps,
): ControlActivities & HostBookActivities & DeletionActivities {
  const { ledger } = deps;
  return {
    openRun: (input) => ledger.openRun(input),
    claim: (input) => ledger.claim(input),
    record: (input) => ledger.record(input),
    restate: (input) => ledger.restate(input),
    leftovers: (input) => ledger.leftovers(input),
    isDestroyed: (input) => ledger.isDestroyed(input),
    isHostGone: (input) => ledger.isHostGone(input),
    forget: (input) => ledger.forgetUnknown(input),
    hello: (input) => ledger.hello(input),
    recordHost: (input) => ledger.recordHost(input),
    removeHost: (input) => ledger.removeHost(input),
    evictHost: (input) => ledger.evictHost(input),
    admitScheduled: (input) => ledger.admitScheduled({ ...input, uid: deps.mintUid(), maxQueued: deps.maxQueued }),
    recordSkippedRun: (input) => ledger.recordSkippedRun(input),
    ...createDeletion(deps),
    dispatch: createDispatch(deps),
  };
}
