import type { RestateResult, Statement } from '../model/bookkeeping.ts';
import type { Epoch, JobId, JobUid } from '../model/ids.ts';
import type { Outcome } from '../model/job-record.ts';
import type { HeldPlacement, JobInput } from '../model/workflow-messages.ts';

export type SweepCandidate = {
  readonly uid: JobUid;
  readonly jobId: JobId;
  /** Whether it waits for a placement, as the ledger has it; null for one that has ended or was withdrawn. */
  readonly waits: boolean | null;
};

/** A job of which a host holds something that no placement of this ledger accounts for. */
export type Stranger = {
  readonly uid: JobUid;
  readonly jobId: JobId;
  readonly known: boolean;
  /** What runs although its placement was given back: its host is to bring it down, however the job goes on. */
  readonly released: readonly HeldPlacement[];
  /** It holds something of which this ledger has no placement: the job itself has to say what that is. */
  readonly isUnsettled: boolean;
};

/** What a ledger that was restored from an older copy learns from the world that went on without it. */
export interface Healing {
  /** Raised whenever this ledger turns out to be older than the world. */
  generation(): Promise<number>;
  /**
   * Somebody knows what this ledger does not, so that it may have given more epochs than it remembers: a new generation
   * begins, unless one has since `after`. Answers the present one.
   */
  beginGeneration(input: { readonly after: number }): Promise<number>;
  /** Of these, the ones this ledger has no row of. */
  unknownUids(input: { readonly uids: readonly JobUid[] }): Promise<readonly JobUid[]>;
  /** Jobs of which hosts hold something that this ledger never gave, or has given back. */
  strangers(): Promise<readonly Stranger[]>;
  /** Brings the ledger to where the job's workflow says that it stands; a row that is missing is made. */
  restate(said: Statement): Promise<RestateResult>;
  /** Makes the missing row of a job whose workflow is closed: ended, or left to close:<uid> if a host still holds it. */
  readopt(input: {
    readonly input: JobInput;
    readonly workflowStatus: string;
    readonly outcome: Outcome | null;
  }): Promise<RestateResult>;
  /** What a host reported of it under an epoch that nothing here accounts for is proven gone, and holds nothing any more. */
  forgetUnknown(input: { readonly uid: JobUid; readonly epoch: Epoch }): Promise<void>;
  /** The sweeper found its workflow running (or is having it closed): silent from now on counts anew. */
  markLookedAt(input: { readonly uid: JobUid }): Promise<void>;
  /** Its workflow is not what this ledger takes it for: the sweeper looks at it now. */
  lookAgain(input: { readonly uid: JobUid }): Promise<void>;
  /**
   * For one that waits for its start while `to` goes by its id in Temporal. `withdrawn`: it was taken back before `to` was
   * admitted, and the ledger is from before that.
   */
  giveWay(input: { readonly uid: JobUid; readonly to: JobUid }): Promise<{ readonly kind: 'withdrawn' | 'stays' }>;
}
