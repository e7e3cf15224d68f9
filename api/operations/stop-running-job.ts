import type { JobId } from '../../model/ids.ts';
import type { ApiDeps } from '../api-deps.ts';
import { cancelJob } from './cancel-job.ts';
import { groupOf, hasEnded } from './job-group.ts';
import { listenToJob } from './listen-to-job.ts';

export type StopAnswer =
  { readonly kind: 'stopped' } | { readonly kind: 'unknown' } | { readonly kind: 'still_stopping' };

/** Between the stop signal and SIGKILL. */
const GRACE_SEC = 5;
const WAIT_MS = 15_000;

/** Stops a job that has left the queue and answers when it has ended, or after 15 s; the stop goes on either way. */
export const stopRunningJob = async (deps: ApiDeps, jobId: JobId, abort: AbortSignal): Promise<StopAnswer> => {
  const job = await deps.ledger.job({ jobId });
  if (job === null || groupOf(job.record) !== 'running') return { kind: 'unknown' };
  const { uid } = job.record;
  const waited = new AbortController();
  const giveUp = (): void => {
    waited.abort();
  };
  const timer = setTimeout(giveUp, WAIT_MS);
  abort.addEventListener('abort', giveUp, { once: true });
  const enough = waited.signal;
  const changes = listenToJob(deps.ledger, uid, enough);
  try {
    const because = 'stopped by DELETE /running_jobs';
    const cancelled = await cancelJob(deps, { jobId, graceSec: GRACE_SEC, signal: null, because });
    if (cancelled.kind === 'unknown') return cancelled;
    while (!enough.aborted) {
      const now = await deps.ledger.jobByUid({ uid });
      if (now === null || hasEnded(now.record)) return { kind: 'stopped' };
      await changes.changed();
    }
    return { kind: 'still_stopping' };
  } finally {
    changes.stop();
    clearTimeout(timer);
    abort.removeEventListener('abort', giveUp);
  }
};
