import { isCancellation, proxyActivities, proxyLocalActivities } from '@temporalio/workflow';
import type { ControlActivities } from '../activities/contract.ts';
import { CONTROL_QUEUE } from '../model/names.ts';

type Books = Pick<
  ControlActivities,
  | 'openRun'
  | 'claim'
  | 'record'
  | 'restate'
  | 'forget'
  | 'leftovers'
  | 'isDestroyed'
  | 'isHostGone'
  | 'admitScheduled'
  | 'recordSkippedRun'
>;

/** Fast path: inside the workflow task, at most about a second, so that signals never wait long behind it. */
const local = proxyLocalActivities<Books>({
  startToCloseTimeout: '1s',
  retry: { maximumAttempts: 2, initialInterval: '50ms' },
});

/** Slow path: for as long as the ledger is away. */
const regular = proxyActivities<Books>({
  taskQueue: CONTROL_QUEUE,
  startToCloseTimeout: '3s',
  retry: { initialInterval: '200ms', backoffCoefficient: 2, maximumInterval: '5s' },
});

export async function firstLocal<T>(fast: () => Promise<T>, slow: () => Promise<T>): Promise<T> {
  try {
    return await fast();
  } catch (error) {
    // A local activity's failure arrives bare (ApplicationFailure, TimeoutFailure), not as an ActivityFailure.
    if (isCancellation(error)) throw error;
    return slow();
  }
}

/**
 * The ledger's book-keeping as a workflow calls it: local activities first, regular ones when the ledger does not
 * answer at once. Both may have run: every verb behind it is idempotent.
 */
export const books: Books = {
  openRun: (input) =>
    firstLocal(
      () => local.openRun(input),
      () => regular.openRun(input),
    ),
  claim: (input) =>
    firstLocal(
      () => local.claim(input),
      () => regular.claim(input),
    ),
  record: (input) =>
    firstLocal(
      () => local.record(input),
      () => regular.record(input),
    ),
  restate: (input) =>
    firstLocal(
      () => local.restate(input),
      () => regular.restate(input),
    ),
  leftovers: (input) =>
    firstLocal(
      () => local.leftovers(input),
      () => regular.leftovers(input),
    ),
  isDestroyed: (input) =>
    firstLocal(
      () => local.isDestroyed(input),
      () => regular.isDestroyed(input),
    ),
  isHostGone: (input) =>
    firstLocal(
      () => local.isHostGone(input),
      () => regular.isHostGone(input),
    ),
  forget: (input) =>
    firstLocal(
      () => local.forget(input),
      () => regular.forget(input),
    ),
  admitScheduled: (input) =>
    firstLocal(
      () => local.admitScheduled(input),
      () => regular.admitScheduled(input),
    ),
  recordSkippedRun: (input) =>
    firstLocal(
      () => local.recordSkippedRun(input),
      () => regular.recordSkippedRun(input),
    ),
};
