/**
 * The boundary between workflows and effects: what each activity takes, answers and promises. Frozen early, because
 * recorded histories hold these shapes. Implementations: createHostActivities and createControlActivities.
 */
import type {
  ClaimResult,
  CollectResult,
  Leftovers,
  OpenRunResult,
  RecordHostResult,
  RecordInput,
  RecordResult,
  RemoveHostResult,
  RestateResult,
  RunRef,
  Statement,
} from '../model/bookkeeping.ts';
import type { Hello, HelloVerdict, HostStanding } from '../model/host.ts';
import type { Digest, Epoch, HostName, JobId, JobUid } from '../model/ids.ts';
import type { Reason } from '../model/job-record.ts';
import type { StopPolicy } from '../model/job-spec.ts';
import type { Exit, ReplicaRef } from '../model/replica.ts';
import type { DispatcherInput } from '../model/workflow-messages.ts';
import type { AdmitScheduledInput, AdmitScheduledResult } from '../model/scheduled-run.ts';

/** Every host activity names the engine it was decided for; on another engine it does nothing and fails retryably. */
export type HostTask = { readonly replica: ReplicaRef; readonly engineId: string };

export type PrepareInput = HostTask & { readonly specDigest: Digest; readonly bundleDigest: Digest | null };
export type PrepareResult =
  | { readonly kind: 'ready'; readonly imageId: string; readonly pulled: boolean }
  | { readonly kind: 'failed'; readonly reason: Reason; readonly sentence: string }
  | { readonly kind: 'refused'; readonly because: string };

export type RunInput = HostTask & {
  /** There was no `prepare`: `run` makes ready itself what is at hand. */
  readonly unprepared?: true;
  readonly specDigest: Digest;
  readonly bundleDigest: Digest | null;
  readonly gpuIds: readonly string[];
  /** Longest run time in seconds from the container's StartedAt; null = no limit. Held by the watcher. */
  readonly runTimeoutSec: number | null;
  /** How the deadline stops the container. */
  readonly stop: StopPolicy;
};
export type RunResult =
  /**
   * The engine reports it exited and the epoch is closed in the host's journal: proof enough to release. `collected`:
   * what it left is brought in already, and nothing is left for `collect` to do.
   */
  | { readonly kind: 'exited'; readonly exit: Exit; readonly collected?: CollectResult }
  /** It never ran: no such command, a bad mount, a name conflict. The epoch is closed. */
  | { readonly kind: 'start_failed'; readonly reason: Reason; readonly sentence: string }
  /** The journal says started and no container is there. The epoch is closed; never a silent second run. */
  | { readonly kind: 'vanished'; readonly sentence: string }
  /** This epoch was closed before (ensureStopped came first): nothing was done. */
  | { readonly kind: 'refused'; readonly because: string };
/** What `run` answers where it was asked to do without `prepare` and cannot: nothing was created, no epoch closed. */
export type NeedsPrepare = { readonly kind: 'needs_prepare' };

export type EnsureStoppedInput = HostTask & { readonly stop: StopPolicy };
/** Proof that the replica's container is gone and none of this or a lower epoch can start any more. */
export type EnsureStoppedResult = {
  readonly kind: 'gone';
  readonly was: 'exited' | 'absent' | 'never_started';
  readonly exit: Exit | null;
};

export type CollectInput = HostTask & {
  readonly bundleDigest: Digest | null;
  /** Its placement was given back and its job has gone on without it: its own log is kept, and nothing of the job's. */
  readonly isStray?: boolean;
};
/** Served on `host:<name>` but for ensureStopped, which is served on `host:<name>:control`. */
export interface HostActivities {
  /** Pulls the image if it is not there and unpacks the bundle. Safe twice: both are keyed by digest and epoch. */
  prepare(input: PrepareInput): Promise<PrepareResult>;
  /** Creates or adopts the container, starts it once, awaits its exit. Safe twice: keyed by labels and journal. */
  run(input: RunInput): Promise<RunResult | NeedsPrepare>;
  /** Drains logs, uploads artifacts, reports usage, removes container and directories. Safe twice: absent is done. */
  collect(input: CollectInput): Promise<CollectResult>;
}
/** `uids`: the runs of the job that were deleted; what a newer one of the id has is not theirs. */
export type ForgetInput = { readonly jobId: JobId; readonly uids: readonly JobUid[] };

export interface HostControlActivities {
  /** Closes the epoch in the journal, then stops. Safe twice: a closed epoch stays closed, an absent container is gone. */
  ensureStopped(input: EnsureStoppedInput): Promise<EnsureStoppedResult>;
  /** Removes what deleted jobs left on the host. Safe twice: absent is done. */
  clear(input: ForgetInput): Promise<void>;
}

/** Served on `host:<name>:control`. */
export interface HostSessionActivities {
  /**
   * Beats for as long as the session lives. One attempt: its end is what the host's workflow waits for. Safe twice: a
   * session that is not the host's present one is over at once.
   */
  hostSession(input: { readonly session: string }): Promise<{ readonly kind: 'over' }>;
}

/** What a host's workflow asks of the ledger, on the control queue. */
export interface HostBookActivities {
  /** Accepts or refuses a host. Safe twice: an accepted session is accepted again. */
  hello(hello: Hello): Promise<HelloVerdict>;
  /** Says whether the host was removed, after which nothing is written. Safe twice: by its revision. */
  recordHost(input: {
    readonly name: HostName;
    readonly revision: number;
    readonly standing: HostStanding;
    // Histories from before there was an answer hold none.
  }): Promise<RecordHostResult | undefined>;
  /** Safe twice: a removed host is removed. */
  removeHost(input: { readonly name: HostName; readonly destroyed: boolean }): Promise<RemoveHostResult>;
  /** Cancels what still runs there. Safe twice: a job that is being stopped is let be. */
  evictHost(input: { readonly name: HostName; readonly because: string }): Promise<void>;
}

/** What `forget:<uid>` asks of the server's side, on the control queue. Both are safe twice: absent is removed. */
export interface DeletionActivities {
  /** Removes logs and unshared blobs of the deleted jobs; answers what is left to do elsewhere. */
  discard(input: { readonly uid: JobUid }): Promise<{
    readonly uids: readonly JobUid[];
    readonly hosts: readonly HostName[];
    /** Placements that are not given back: until then their rows stay. */
    readonly held: number;
  }>;
  /** Removes their rows, once nothing else of them is anywhere. */
  wipe(input: { readonly uid: JobUid }): Promise<void>;
}

export interface ControlActivities {
  /** A job's first act. Confirms the start, gives this run its ordinal. Safe twice: the ordinal of a run id is kept. */
  openRun(input: RunRef): Promise<OpenRunResult>;
  /** Takes (uid, epoch, run) before `prepare`; the job's state becomes preparing. Safe twice: the same claim. */
  claim(input: RunRef & { readonly epoch: Epoch }): Promise<ClaimResult>;
  /** What a job's run reached, what it collected and gives back. Safe twice: by (uid, run ordinal, sequence). */
  record(input: RecordInput): Promise<RecordResult>;
  /** Where the run stands, for a ledger that was restored. Safe twice: what the ledger knows better stays. */
  restate(said: Statement): Promise<RestateResult>;
  /** For close:<uid>: what the uid still holds, and the outcome if it has one. Read only. */
  leftovers(input: { readonly uid: JobUid }): Promise<Leftovers>;
  /** Whether the host of this placement is gone for certain: a `hostLost` signal alone proves nothing. Read only. */
  isDestroyed(input: { readonly uid: JobUid; readonly epoch: Epoch; readonly host: HostName }): Promise<boolean>;
  /** Whether nothing more can come from this host of what it was given under this epoch (or any). Read only. */
  isHostGone(input: { readonly host: HostName; readonly engineId: string; readonly epoch?: Epoch }): Promise<boolean>;
  /** What a host reported under an epoch that the ledger does not know is gone. Safe twice. */
  forget(input: { readonly uid: JobUid; readonly epoch: Epoch }): Promise<void>;
  /**
   * Keeps a pool's planner, outbox and sweeper alive until it loses its fencing token or is told to rest. Answers the
   * highest epoch it knows to be given, for the next one.
   */
  dispatch(input: DispatcherInput): Promise<{ readonly highestEpoch: Epoch }>;
  /** The door of a schedule's runs. Safe twice: the job that this starter admitted before is the one. */
  admitScheduled(input: AdmitScheduledInput): Promise<AdmitScheduledResult>;
  /** Safe twice: the first word on a run stays. */
  recordSkippedRun(input: {
    readonly scheduleUid: JobUid;
    readonly nominalMs: number;
    readonly starterRunId: string;
    readonly because: string;
  }): Promise<void>;
}
