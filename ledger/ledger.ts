import type { ClaimResult, Leftovers, OpenRunResult, RecordInput, RecordResult, RunRef } from '../model/bookkeeping.ts';
import type { HostStanding, Inventory } from '../model/host.ts';
import type { Digest, Epoch, HostName, JobId, JobUid, PoolName } from '../model/ids.ts';
import type { JobState, Outcome } from '../model/job-record.ts';
import type { JobSpec, Resources } from '../model/job-spec.ts';
import type { Starter } from '../model/scheduled-run.ts';
import type { Notice } from '../model/notice.ts';
import type { CancelSignal, HostLostSignal, JobInput, PlacedSignal } from '../model/workflow-messages.ts';
import type { DeletionBooks } from './deletion-books.ts';
import type { Healing, SweepCandidate } from './healing.ts';
import type { HostBooks } from './host-books.ts';
import type { GroupMember, ListRow } from './list-row.ts';
import type { LogBooks, StoredLog } from './log-books.ts';
import type { TrackerBooks } from './tracker-books.ts';
import type { ScheduleLedger } from './schedule-ledger.ts';
import type { WorkerBooks } from './worker-books.ts';

export type AdmitInput = {
  readonly uid: JobUid;
  readonly jobId: JobId;
  readonly pool: PoolName;
  readonly project: string;
  readonly owner: string;
  readonly spec: JobSpec;
  /** What the submitter sent beside the spec, shown again in answers (metadata, gpu_spec). */
  readonly metadata: unknown;
  /** True: the job's uploaded bundle is pinned; without one the admission is refused. */
  readonly needsBundle: boolean;
  readonly maxQueued: number;
  /** Why no host can ever run it: it ends, failed, with its admission. */
  readonly neverFits?: string | null;
};
export type AdmitResult =
  /** The row and its `start` outbox entry are committed; the job's workflow is to be started with this input. */
  | { readonly kind: 'admitted'; readonly outboxId: number; readonly input: JobInput }
  /** Open already with an equal spec and bundle. `confirmed`: its workflow is known to have started. */
  | { readonly kind: 'same'; readonly uid: JobUid; readonly confirmed: boolean; readonly input: JobInput }
  /** It never waited and has no workflow. */
  | { readonly kind: 'ended'; readonly uid: JobUid }
  | { readonly kind: 'conflict' }
  | { readonly kind: 'no_bundle' }
  | { readonly kind: 'queue_full'; readonly limit: number };

export type CancelRequest = Omit<CancelSignal, 'uid'> & { readonly jobId: JobId };
export type CancelAnswer =
  /** `stateBefore` says whether it still waited (it has left the queue at once) or was placed (its workflow stops it). */
  | { readonly kind: 'requested'; readonly uid: JobUid; readonly wasQueued: boolean }
  | { readonly kind: 'ended'; readonly uid: JobUid; readonly outcome: Outcome }
  | { readonly kind: 'unknown' };

/** A position means the job that stands there when the transaction runs, an id that job only. */
export type QueueTarget =
  { readonly kind: 'position'; readonly position: number } | { readonly kind: 'job'; readonly jobId: JobId };
/** Why nothing was changed: nothing stands there, or the job of that id does not wait. */
export type NotInQueue = { readonly kind: 'unknown' } | { readonly kind: 'not_queued'; readonly state: JobState };
/** A waiting job without its spec: what a page of the queue shows. */
export type QueueEntry = {
  readonly uid: JobUid;
  readonly jobId: JobId;
  readonly position: number;
  readonly project: string;
  readonly owner: string;
  readonly image: string;
  readonly resources: Resources;
  readonly attempt: number;
  readonly admittedAtMs: number;
  /** Since when it waits: its start was confirmed, or it was queued again. */
  readonly queuedAtMs: number;
  /** Null: not held. */
  readonly heldAtMs: number | null;
  /** False until its workflow is known to have started. */
  readonly confirmed: boolean;
};
export type QueuePage = { readonly total: number; readonly entries: readonly QueueEntry[] };

export type OutboxEntry = {
  readonly id: number;
  readonly uid: JobUid;
  readonly jobId: JobId;
  readonly tries: number;
  readonly message:
    /** `starter`: who starts it; the outbox does only once that run is closed. */
    | { readonly kind: 'start'; readonly input: JobInput; readonly starter?: Starter }
    | { readonly kind: 'placed'; readonly signal: PlacedSignal }
    | { readonly kind: 'cancel'; readonly signal: CancelSignal }
    | { readonly kind: 'host_lost'; readonly signal: HostLostSignal }
    /** What it left in files is to be removed. */
    | { readonly kind: 'forget' };
};

export type QueuedJob = {
  readonly uid: JobUid;
  readonly jobId: JobId;
  readonly position: number;
  readonly resources: Resources;
  readonly queuedAtMs: number;
  readonly attempt: number;
};
export type HostView = HostStanding & {
  readonly name: HostName;
  readonly pool: PoolName;
  readonly engineId: string;
  /** The last one whose hello was accepted. */
  readonly session: string;
  /** An id for each of its slots, never given again. */
  readonly workers: readonly number[];
  /** With as many slots as it has workers now. */
  readonly inventory: Inventory;
  readonly helloAtMs: number;
  readonly lostAfterMs: number;
  /** False until its hello in the ledger's present generation was accepted. */
  readonly isGreeted: boolean;
  /** Up, greeted, neither cordoned nor draining. */
  readonly placeable: boolean;
  /** GPUs whose mark as held belongs to no placement. Its next hello takes such marks away. Absent: none. */
  readonly unaccountedGpuIds?: readonly string[];
};
export type HeldResources = {
  readonly uid: JobUid;
  readonly host: HostName;
  readonly resources: Resources;
  readonly gpuIds: readonly string[];
};
export type PlannerSnapshot = {
  /** The ledger's. */
  readonly generation: number;
  readonly hosts: readonly HostView[];
  /**
   * The head of the queue, as far as it could be placed and a little beyond: confirmed started, not held, in order.
   * Without jobs that only hosts could hold which give nothing now.
   */
  readonly queued: readonly QueuedJob[];
  /** Placements not yet released. */
  readonly held: readonly HeldResources[];
  /** All that may be known of the pool elsewhere was asked for in this generation: see noteCompared. */
  readonly isPoolKnown: boolean;
};
export type PlannedPlacement = {
  readonly uid: JobUid;
  readonly host: HostName;
  readonly gpuIds: readonly string[];
};
/** A job no host of the pool could ever hold: told to its workflow as a cancel with reason never_fits. Left out if one could by now. */
export type PlannedRefusal = { readonly uid: JobUid; readonly sentence: string };
export type CommitRoundResult =
  /** What was placed, with the ids of the outbox entries that carry it. Decisions that no longer held are left out. */
  | {
      readonly kind: 'committed';
      readonly placed: readonly { readonly outboxId: number; readonly signal: PlacedSignal }[];
    }
  /** Another planner has taken over. */
  | { readonly kind: 'stale' };

export type JobGroup = 'queued' | 'running' | 'succeeded' | 'failed';
/** `spec` is the whole of it, unsealed. `position` only in the group queued. */
export type ListedJob = ListRow & {
  /** True: `spec` is what its workflow knew of it, to be read and never to be run. The ledger was restored without it. */
  readonly isSpecLost: boolean;
  readonly position: number | null;
};
export type JobWithLog = { readonly job: ListedJob; readonly log: readonly StoredLog[] };

/**
 * Something changed that somebody may wait for (`sweep`: a host saw a workflow gone). Sent after commit, to every process
 * that has the ledger open; may come twice. `everything`: some may have been missed, so look at whatever you wait for.
 */
export type Topic =
  'everything' | 'queue' | 'outbox' | 'sweep' | 'hosts' | 'trackers' | 'schedules' | `job:${string}` | `log:${string}`;

/**
 * The ledger: who waits in which order, who holds what, every job's record. Each method is one transaction (reads: one
 * snapshot). Anything that throws left nothing behind; LongshoreError('ledger_unavailable') means try again later.
 */
export interface Ledger extends LogBooks, DeletionBooks, TrackerBooks, ScheduleLedger, Healing, HostBooks, WorkerBooks {
  /** Waits until the transaction is durable (synchronous=FULL). */
  putBundle(input: {
    readonly jobId: JobId;
    readonly digest: Digest;
    readonly bytes: number;
    /** Whose claim on the blob is over with it. */
    readonly claimant?: string;
  }): Promise<void>;
  admit(input: AdmitInput): Promise<AdmitResult>;
  /** The workflow of an admitted job is known to have started: it may be placed; its `start` entry is done. */
  confirmStarted(input: { readonly uid: JobUid }): Promise<{ readonly kind: 'confirmed' | 'withdrawn' }>;
  /** Takes back an admission whose workflow could not be started in time. `started`: too late, it runs. */
  withdraw(input: { readonly uid: JobUid }): Promise<{ readonly kind: 'withdrawn' | 'started' }>;
  /** Marks the request and writes a `cancel` outbox entry; a queued job leaves the queue (state cancelled) at once. */
  requestCancel(request: CancelRequest): Promise<CancelAnswer>;

  /** The job then stands at `to` (past the end: last), and stays right before the one that comes next until either leaves. */
  moveQueued(input: {
    readonly pool: PoolName;
    readonly target: QueueTarget;
    readonly to: number;
  }): Promise<{ readonly kind: 'moved'; readonly entry: QueueEntry } | NotInQueue>;
  /** Withdraws it: unknown from now on. Its workflow is told to end from the outbox. */
  removeQueued(input: {
    readonly pool: PoolName;
    readonly target: QueueTarget;
    readonly because: string;
  }): Promise<{ readonly kind: 'removed'; readonly uid: JobUid; readonly jobId: JobId } | NotInQueue>;
  /** A held job keeps its place, is never placed and lets the jobs behind it pass. Holding it again keeps the first time. */
  holdQueued(input: {
    readonly pool: PoolName;
    readonly jobId: JobId;
    readonly held: boolean;
  }): Promise<{ readonly kind: 'kept'; readonly entry: QueueEntry } | NotInQueue>;
  /** Removes all that wait; answers how many those were. */
  clearQueue(input: { readonly pool: PoolName; readonly because: string }): Promise<{ readonly removed: number }>;

  openRun(input: RunRef): Promise<OpenRunResult>;
  claim(input: RunRef & { readonly epoch: Epoch }): Promise<ClaimResult>;
  record(input: RecordInput): Promise<RecordResult>;
  /** The job's workflow is known to be closed; rows not yet final are left to close:<uid>. */
  markWorkflowClosed(input: { readonly uid: JobUid }): Promise<void>;

  report(input: { readonly notices: readonly Notice[] }): Promise<void>;

  /**
   * Raises the pool's fencing token and answers it, with the highest epoch given so far. `highestEpoch`: what an earlier
   * planner has seen; beyond the ledger's own, a new generation begins. So it does, once a placement was ever given, for
   * one `withoutMemory` of earlier planners: only the hosts can say then whether this ledger is older than they are.
   */
  beginPlanning(input: {
    readonly pool: PoolName;
    readonly highestEpoch?: Epoch | null;
    readonly withoutMemory?: boolean;
  }): Promise<{ readonly token: number; readonly epoch: Epoch }>;
  /** The planner of this token has had everything compared with Temporal and the hosts, in this generation. */
  noteCompared(input: { readonly pool: PoolName; readonly token: number; readonly generation: number }): Promise<void>;
  commitRound(input: {
    readonly pool: PoolName;
    readonly token: number;
    readonly placements: readonly PlannedPlacement[];
    readonly refusals: readonly PlannedRefusal[];
  }): Promise<CommitRoundResult>;

  /** Entries that are due, leased to the caller for `leaseMs`. Entries of one job come in order, one at a time. */
  takeOutbox(input: { readonly limit: number; readonly leaseMs: number }): Promise<readonly OutboxEntry[]>;
  finishOutbox(input: { readonly ids: readonly number[] }): Promise<void>;

  bundle(input: { readonly jobId: JobId }): Promise<{ readonly digest: Digest; readonly bytes: number } | null>;
  /** The job that now goes by this id: the latest admitted, withdrawn ones left out. */
  job(input: { readonly jobId: JobId }): Promise<ListedJob | null>;
  /** With how far each stream of its log had come at that moment. */
  jobWithLog(input: { readonly jobId: JobId }): Promise<JobWithLog | null>;
  jobByUid(input: { readonly uid: JobUid }): Promise<ListedJob | null>;
  /** Who stands in a list, in order: light enough to be taken whole; `jobsByUid` then gives the rest piece by piece. */
  group(input: { readonly group: JobGroup }): Promise<readonly GroupMember[]>;
  /** `limit` jobs from position `offset`, and how many wait in all. */
  queuePage(input: { readonly pool: PoolName; readonly offset: number; readonly limit: number }): Promise<QueuePage>;
  queuedAt(input: { readonly pool: PoolName; readonly position: number }): Promise<ListedJob | null>;
  /** Who waits, in order. */
  queueOrder(input: { readonly pool: PoolName }): Promise<readonly JobUid[]>;
  /** The first of them, as many as have specs of `maxSpecBytes` in all, one at least; null = unknown. */
  jobsByUid(input: {
    readonly uids: readonly JobUid[];
    readonly maxSpecBytes: number;
  }): Promise<readonly (ListRow | null)[]>;
  plannerSnapshot(input: { readonly pool: PoolName; readonly maxQueued: number }): Promise<PlannerSnapshot>;
  /** Open rows or unreleased placements with no record and no report since `quietSinceMs`, workflow not known closed. */
  sweepCandidates(input: {
    readonly pool: PoolName;
    readonly quietSinceMs: number;
  }): Promise<readonly SweepCandidate[]>;
  leftovers(input: { readonly uid: JobUid }): Promise<Leftovers>;
  /** The container its host last said to have started for the placement it has now; null: none yet. */
  containerId(input: { readonly uid: JobUid }): Promise<string | null>;
  hosts(): Promise<readonly HostView[]>;
  /** How much keeps a host from being removed: placements, also while they are collected, and what it holds unknown to us. */
  hostHolds(input: { readonly name: HostName }): Promise<number>;
  /** Placements not yet released, and what hosts hold that this ledger does not know; `host` null = everywhere. */
  heldResources(input: { readonly host: HostName | null }): Promise<readonly HeldResources[]>;

  subscribe(listener: (topics: readonly Topic[]) => void): () => void;
  /** Resolves when a trivial read and a trivial write went through; rejects with the reason otherwise. */
  check(): Promise<void>;
  close(): Promise<void>;
}
