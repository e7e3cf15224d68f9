import type { JobId } from '../../model/ids.ts';
import type { JobRecord } from '../../model/job-record.ts';
import type { ApiDeps } from '../api-deps.ts';

export type CancelInput = {
  readonly jobId: JobId;
  /** Null: the job's own stop policy. */
  readonly graceSec: number | null;
  readonly signal: string | null;
  readonly because: string;
};

export type CancelledJob =
  { readonly kind: 'requested' | 'ended'; readonly record: JobRecord } | { readonly kind: 'unknown' };

/** Writes down that a job is to end; its workflow is told from the outbox. A job that has ended stays as it ended. */
export const cancelJob = async (deps: ApiDeps, input: CancelInput): Promise<CancelledJob> => {
  const answer = await deps.ledger.requestCancel(input);
  if (answer.kind === 'unknown') return answer;
  const job = await deps.ledger.jobByUid({ uid: answer.uid });
  return job === null ? { kind: 'unknown' } : { kind: answer.kind, record: job.record };
};
