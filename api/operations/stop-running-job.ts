import { within } from '../../activities/within.ts';
import type { JobId } from '../../model/ids.ts';
import type { ApiDeps } from '../api-deps.ts';
import { cancelJob } from './cancel-job.ts';
import { groupOf } from './job-group.ts';
import { untilEnded } from './until-ended.ts';

export type StopAnswer =
  { readonly kind: 'stopped' } | { readonly kind: 'unknown' } | { readonly kind: 'still_stopping' };

/** Between the stop signal and SIGKILL. */
const GRACE_SEC = 5;
const WAIT_MS = 15_000;

/**
 * Stops a job that has left the queue and answers when it has ended, or after 15 s; the stop goes on either way.
 * `stopped` says that its container is proven gone.
 */
export const stopRunningJob = async (deps: ApiDeps, jobId: JobId, abort: AbortSignal): Promise<StopAnswer> => {
  const job = await deps.ledger.job({ jobId });
  if (job === null || groupOf(job.record) !== 'running') return { kind: 'unknown' };
  const { uid } = job.record;
  const because = 'stopped by DELETE /running_jobs';
  const cancelled = await cancelJob(deps, { jobId, graceSec: GRACE_SEC, signal: null, because });
  if (cancelled.kind === 'unknown') return cancelled;
  if (await within(WAIT_MS, abort, (enough) => untilEnded(deps, uid, enough))) return { kind: 'stopped' };
  // What it left may take long to collect; its container is gone once nothing is held for it.
  const { held } = await deps.ledger.leftovers({ uid });
  return { kind: held.length === 0 ? 'stopped' : 'still_stopping' };
};
