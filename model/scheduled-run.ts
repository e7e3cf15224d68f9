import type { JobId, JobUid } from './ids.ts';
import type { JobInput } from './workflow-messages.ts';

/** Input of the workflow that a schedule starts: references only. */
export type ScheduledRunInput = { readonly scheduleUid: JobUid; readonly scheduleId: JobId };

/** A workflow that has promised to start a job itself. */
export type Starter = { readonly workflowId: string; readonly runId: string };

export type AdmitScheduledInput = {
  readonly scheduleUid: JobUid;
  /** The time it was due, without jitter. */
  readonly nominalMs: number;
  /** `runId`: the first of its execution, so that a reset run finds the job it admitted before. */
  readonly starter: Starter;
};
export type AdmitScheduledResult =
  /** Its row is there and nobody else starts it for as long as the starter lives. */
  | { readonly kind: 'admitted'; readonly input: JobInput }
  | { readonly kind: 'skipped'; readonly because: string }
  | { readonly kind: 'queue_full'; readonly limit: number };

/** What a schedule's run came to: the job's id where there was one. */
export type ScheduledRunResult = { readonly jobId: JobId | null; readonly sentence: string };
