import { z } from 'zod';
import type { Digest, Epoch, JobId, JobUid } from './ids.ts';
import type { FinalJobState, JobState, Outcome, Placement, Reason } from './job-record.ts';
import type { StopPolicy } from './job-spec.ts';
import type { Exit, Usage } from './replica.ts';
import type { HeldPlacement, JobInput } from './workflow-messages.ts';

export type CollectResult = {
  readonly artifactsDigest: Digest | null;
  readonly usage: Usage | null;
  /** Set where something could not be kept: "artifacts larger than 2 GiB". Null when all is whole. */
  readonly incomplete: string | null;
};

/**
 * Which workflow run speaks. The ledger gives each run id of a job an ordinal and refuses a lower one: a
 * `workflow reset` is a new run. `sequence` counts a run's records; (uid, run ordinal, sequence) is idempotent.
 */
export type RunRef = { readonly uid: JobUid; readonly runId: string };

export type OpenRunResult =
  | {
      readonly kind: 'go';
      readonly attempt: number;
      /** The live, unreleased placement, which a reset run takes up again; null while the job waits. */
      readonly placement: Placement | null;
      /**
       * Set when this attempt's container is known to have ended and its placement is released, but no outcome is
       * recorded yet (a reset between the two): the run judges this exit and starts nothing.
       */
      readonly exit: Exit | null;
    }
  /** Withdrawn before it started, or its row is not in the ledger: nothing may be done. */
  | { readonly kind: 'withdrawn' }
  | { readonly kind: 'absent' }
  /** The job has its end already (a reset of an ended job): close with it. */
  | { readonly kind: 'ended'; readonly outcome: Outcome }
  | { readonly kind: 'superseded' };

export type ClaimResult =
  | { readonly kind: 'claimed' }
  /** Released or older epoch: ask for a new placement. */
  | { readonly kind: 'refused'; readonly because: string }
  | { readonly kind: 'superseded' }
  | { readonly kind: 'ended'; readonly outcome: Outcome };

export type Progress = {
  readonly state: Exclude<JobState, FinalJobState>;
  readonly reason: Reason;
  readonly sentence: string;
  readonly attempt: number;
};
/** Why a placement may be given back. Release comes only with one of these. */
export type ReleaseProof = {
  readonly epoch: Epoch;
  readonly proof: 'exited' | 'absent' | 'never_started' | 'never_claimed' | 'host_destroyed';
};
export type RecordInput = RunRef & {
  readonly sequence: number;
  readonly entry:
    | { readonly kind: 'progress'; readonly progress: Progress }
    /** Back to the queue for another attempt or a new placement; keeps its place in the order. */
    | { readonly kind: 'requeue'; readonly attempt: number; readonly reason: Reason; readonly sentence: string }
    /** The end. Placements of this uid that nobody claimed are released with it, as never_claimed (so for requeue). */
    | { readonly kind: 'outcome'; readonly outcome: Outcome };
  /** What collect brought in (usage, artifacts), stored in the same transaction; null = nothing new. */
  readonly collected: CollectResult | null;
  /** Given back in the same transaction. */
  readonly release: ReleaseProof | null;
};
export type RecordResult =
  | { readonly kind: 'recorded' }
  /** The outcome the ledger holds: the first one recorded. A workflow closes with this one. */
  | { readonly kind: 'ended'; readonly outcome: Outcome }
  | { readonly kind: 'superseded' };

/** What a job's workflow says of itself, for a ledger that may be older than the job. */
export type Statement = RunRef & {
  readonly input: JobInput;
  readonly attempt: number;
  /** So many of this run's records were answered: what the ledger has beyond them is newer than this statement. */
  readonly answered: number;
  /** The highest epoch it ever claimed; it is done with every other one. */
  readonly claimed: Epoch | null;
  /** Null: it waits for a placement. `released`: its container was proven gone, and it is being collected. */
  readonly at: {
    readonly placement: Placement;
    readonly state: 'preparing' | 'running' | 'stopping';
    readonly released: boolean;
  } | null;
};
export type RestateResult =
  /** The ledger says the same now, or knows better. */
  | { readonly kind: 'restated' }
  /** Something else must be known first; it is asked again. */
  | { readonly kind: 'not_now'; readonly because: string };

export type RecordHostResult = { readonly removed: boolean };

export const removeHostResultSchema = z.discriminatedUnion('kind', [
  z.object({ kind: z.literal('removed') }).readonly(),
  /** It still holds so many placements, and nobody said that it is destroyed. */
  z.object({ kind: z.literal('holds'), held: z.number().int() }).readonly(),
  /** It is up, so that what it holds is not destroyed. */
  z.object({ kind: z.literal('up') }).readonly(),
]);
export type RemoveHostResult = z.infer<typeof removeHostResultSchema>;

export type Leftovers = {
  readonly job: {
    readonly jobId: JobId;
    readonly attempt: number;
    readonly stop: StopPolicy;
    readonly specDigest: Digest;
    readonly bundleDigest: Digest | null;
    readonly outcome: Outcome | null;
  } | null;
  readonly held: readonly HeldPlacement[];
};
