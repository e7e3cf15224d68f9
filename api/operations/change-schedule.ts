import { tellChange } from '../../activities/control/tell-schedules.ts';
import { within } from '../../activities/within.ts';
import type { ChangeScheduleInput, PromisedChange } from '../../ledger/schedule-ledger.ts';
import { LongshoreError } from '../../model/error.ts';
import type { JobId } from '../../model/ids.ts';
import type { ApiDeps } from '../api-deps.ts';
import { untilEnded } from './until-ended.ts';

/** Between the stop signal and SIGKILL. */
const GRACE_SEC = 5;
const WAIT_MS = 15_000;

/** False: it was deleted in Temporal meanwhile. What Temporal cannot be told now, it is told from the outbox. */
const tellNow = async (deps: ApiDeps, promised: PromisedChange): Promise<boolean> => {
  try {
    return (await tellChange(deps, promised)) !== 'gone';
  } catch (error) {
    if (error instanceof LongshoreError && error.code === 'temporal_unavailable') return true;
    throw error;
  }
};

/** The change is kept, and shown from now on, whether or not Temporal can be told at once. */
export const changeSchedule = async (deps: ApiDeps, input: ChangeScheduleInput): Promise<'changed' | 'unknown'> => {
  const answer = await deps.ledger.changeSchedule(input);
  if (answer.kind === 'unknown') return 'unknown';
  const isThere = answer.promised === null || (await tellNow(deps, answer.promised));
  return isThere ? 'changed' : 'unknown';
};

/** Its runs are asked to end and waited for, 15 s at most; they end either way. */
export const deleteSchedule = async (
  deps: ApiDeps,
  input: { readonly jobId: JobId; readonly because: string },
  abort: AbortSignal,
): Promise<'deleted' | 'unknown'> => {
  const answer = await deps.ledger.deleteSchedule({ ...input, graceSec: GRACE_SEC });
  if (answer.kind === 'unknown') return 'unknown';
  await tellNow(deps, answer.promised);
  await within(WAIT_MS, abort, (enough) => Promise.all(answer.runs.map((uid) => untilEnded(deps, uid, enough))));
  return 'deleted';
};
