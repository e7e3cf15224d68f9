import type { CollectResult } from '../../model/bookkeeping.ts';
import type { Epoch } from '../../model/ids.ts';
import type { StopPolicy } from '../../model/job-spec.ts';
import type { Exit, ReplicaRef, Usage } from '../../model/replica.ts';
import type { RunResult } from '../contract.ts';
import type { PendingActivity } from '../control-plane.ts';
import type { ReplicaKey } from '../host/replica-lock.ts';

export type JournalPhase = 'created' | 'starting' | 'started' | 'closed';

/** How long a replica may run and how it is then stopped: kept, so that a restarted host still holds the deadline. */
export type RunLimit = { readonly runTimeoutSec: number | null; readonly stop: StopPolicy };

export type JournalEntry = {
  readonly replica: ReplicaRef;
  readonly phase: JournalPhase;
  readonly containerId: string | null;
  /** Null until the activity that started it is known (a container adopted without a journal). */
  readonly limit: RunLimit | null;
  /** Who sent its container a signal; null = nobody of ours. */
  readonly endedBy: Exclude<Exit['endedBy'], 'itself'> | null;
  /** What `run` answered: a repeated `run` answers the same. */
  readonly result: RunResult | null;
  readonly usage: Usage | null;
  /** What `collect` answered: a repeated `collect` answers the same. */
  readonly collected: CollectResult | null;
};

/** A process, told apart from a later one with its pid by when it started. */
export type JournalOwner = { readonly pid: number; readonly startedAt: string };

/**
 * What a host must remember through any crash, in order to start nothing twice. Every method is durable when it
 * returns. Phases go created -> starting -> started -> closed; `starting` is on disk before the engine is asked to
 * start, so that "started, and no container there" is known to have run.
 */
export interface Journal {
  /** The highest epoch any activity ever came with, or that was given before this journal began: above it none is closed. */
  highestEpoch(): Epoch | null;
  /**
   * The highest closed epoch of a replica: nothing of it or below may be created or started. Kept for 30 days. What was
   * given before this journal began is closed: whoever had the host's name then may have had it, and is gone.
   */
  closedEpoch(key: ReplicaKey): Epoch | null;
  /** The server took this host in, and had given no epoch above this one. Only the first word of a new journal counts. */
  beganAfter(epoch: Epoch): void;
  sawEpoch(epoch: Epoch): void;
  entry(replica: ReplicaRef): JournalEntry | null;
  /** Entries that collect has not finished. */
  entries(): readonly JournalEntry[];

  created(replica: ReplicaRef, containerId: string, limit: RunLimit): void;
  starting(replica: ReplicaRef): void;
  /** Also for a container found running that the journal does not know. */
  started(replica: ReplicaRef, containerId: string, limit: RunLimit | null): void;
  /**
   * Counts one more failed try to create or start it in these words, and answers how many those are in a row. Forgotten
   * once it started or its epoch is closed.
   */
  startFailed(replica: ReplicaRef, words: string, nowMs: number): number;
  /** A signal is about to be sent. The first one counts. */
  ending(replica: ReplicaRef, by: 'deadline' | 'stop'): void;
  /** Closes this and every lower epoch. Never lowers. */
  close(replica: ReplicaRef, nowMs: number): void;
  /** Closes the epoch and keeps what `run` answers. */
  settle(replica: ReplicaRef, result: RunResult, usage: Usage | null, nowMs: number): void;
  collected(replica: ReplicaRef, result: CollectResult, nowMs: number): void;

  /** Activities this process works on: after a crash they are failed, so that Temporal tries them again at once. */
  pending(): readonly PendingActivity[];
  began(activity: PendingActivity): void;
  ended(activity: PendingActivity): void;

  /** The process that said last that this journal is its own; null: none ever did. */
  owner(): JournalOwner | null;
  ownedBy(process: JournalOwner): void;

  /** Minted with the journal: what is copied with it is known by this. */
  journalId(): string;
  /** Starts of the host process that this journal remembers, oldest first. */
  incarnations(): readonly string[];
  startedAs(incarnation: string): void;
  /** The server refused this start: it never was. */
  forgetStart(incarnation: string): void;

  /**
   * A deleted job: nothing that was collected of it names it any more. What refuses a late start and answers a late
   * `collect` as before stays its 30 days, under a uid that says nothing of the job.
   */
  forget(uid: string): void;
  /** Forgets what was closed longer ago than 30 days. */
  prune(nowMs: number): void;
  shut(): void;
}
