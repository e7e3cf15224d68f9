import type { JobId, JobUid } from './ids.ts';
import type { FinalJobState, Reason } from './job-record.ts';

/** `queued` comes again for each attempt. `deleted`: it left the queue, or the ended job was removed, for good. */
export type TrackerEventKind = 'queued' | 'running' | 'completed' | 'failed' | 'cancelled' | 'skipped' | 'deleted';

export const kindOfEnd: Readonly<Record<FinalJobState, TrackerEventKind>> = {
  succeeded: 'completed',
  failed: 'failed',
  cancelled: 'cancelled',
  skipped: 'skipped',
};

/**
 * What a tracker is told of a job, and all it needs to know for it: nothing of an earlier event. Frozen: users' own
 * trackers and webhooks read it. Times are epoch milliseconds.
 */
export type TrackerEvent = {
  /** Which ledger it comes from; with `id` the event's identity, the same in every repeat. */
  readonly ledger: string;
  /** Rises from event to event of a ledger, in the order things happened, with gaps. */
  readonly id: number;
  readonly kind: TrackerEventKind;
  readonly atMs: number;
  readonly uid: JobUid;
  readonly jobId: JobId;
  readonly project: string;
  readonly owner: string;
  /** The schedule that this job is a run of, as its metadata names it. */
  readonly monitorName: string | null;
  readonly attempt: number;
  readonly admittedAtMs: number;
  readonly startedAtMs: number | null;
  readonly endedAtMs: number | null;
  readonly exitCode: number | null;
  readonly reason: Reason;
  readonly sentence: string;
};
