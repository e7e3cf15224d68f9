import { Context } from '@temporalio/activity';
import type { NeedsPrepare, RunInput, RunResult } from '../contract.ts';
import type { Watcher } from '../docker/watcher.ts';
import { beginRun, type Begun } from './begin-run.ts';
import type { HostDeps } from './host-deps.ts';
import { closedBecause, isSpecLost, readyWithoutPull } from './prepare.ts';
import { checkEngine } from './replica-containers.ts';
import { replicaKey } from './replica-lock.ts';

const awaitEnd = async (deps: HostDeps, input: RunInput, watcher: Watcher): Promise<RunResult> => {
  const ended = await watcher.ended;
  const containerId = watcher.containerId.slice(0, 12);
  const result: RunResult =
    ended.kind === 'exited'
      ? ended
      : { kind: 'vanished', sentence: `The container ${containerId} was removed while it ran.` };
  deps.journal.settle(input.replica, result, watcher.usage(), Date.now());
  return result;
};

/** What it was to run is lost for good: it never starts. Any other surprise is passed on. */
const withoutSpec = (deps: HostDeps, { replica }: RunInput, cause: unknown): Begun => {
  if (!isSpecLost(cause)) throw cause;
  const result: RunResult = { kind: 'start_failed', reason: 'lost_in_restore', sentence: cause.message };
  deps.journal.settle(replica, result, null, Date.now());
  return { kind: 'settled', result };
};

/** What the journal knows of was ready before, or is not to start any more. */
const isReady = async (deps: HostDeps, input: RunInput): Promise<boolean> => {
  const { replica, unprepared } = input;
  if (unprepared !== true || deps.journal.entry(replica) !== null || closedBecause(deps, replica) !== null) return true;
  return readyWithoutPull(deps, input);
};

/** The container's whole life, from creating or adopting it to its end. The caller beats and may stop waiting. */
export const runReplica = async (
  deps: HostDeps,
  input: RunInput,
  onContainer: (containerId: string) => void,
): Promise<RunResult | NeedsPrepare> => {
  await checkEngine(deps.engine, input.engineId);
  if (!(await isReady(deps, input))) return { kind: 'needs_prepare' };
  const begun = await deps.lock(replicaKey(input.replica), () =>
    beginRun(deps, input).catch((cause: unknown) => withoutSpec(deps, input, cause)),
  );
  if (begun.kind === 'settled') return begun.result;
  onContainer(begun.watcher.containerId);
  return awaitEnd(deps, input, begun.watcher);
};

/**
 * Stops nothing: only ensureStopped and the deadline do. When the workflow is gone (terminated, reset), the server is
 * told to look at this job now.
 */
export const reportOrphan = (deps: HostDeps, input: RunInput): void => {
  const details = Context.current().cancellationDetails;
  if (details?.notFound !== true && details?.cancelRequested !== true) return;
  deps.notices.send({ kind: 'orphaned', replica: input.replica, atMs: Date.now() });
};
