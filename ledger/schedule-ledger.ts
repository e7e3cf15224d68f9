import type { Digest, JobId, JobUid, PoolName } from '../model/ids.ts';
import type { JobSpec } from '../model/job-spec.ts';
import type { ScheduleRules } from '../model/schedule.ts';
import type { AdmitScheduledInput, AdmitScheduledResult } from '../model/scheduled-run.ts';
import type { CronTexts } from '../scheduling/cron/cron-texts.ts';
import type { TemporalSpec } from '../scheduling/cron/temporal-spec.ts';
import type { JobState } from '../model/job-record.ts';

/** When a schedule fires: the fields people gave, and the calendar made of them, as it is told to Temporal. */
export type ScheduleTiming = {
  readonly fields: CronTexts;
  readonly timeZone: string;
  readonly calendar: TemporalSpec;
};

/** What was asked for. Temporal is the truth for what fires; this is what it was told, or is about to be. */
export type ScheduleRecord = {
  /** From the same mint as a job's. The id can come again once the schedule is deleted, the uid never does. */
  readonly uid: JobUid;
  readonly jobId: JobId;
  readonly pool: PoolName;
  readonly project: string;
  readonly owner: string;
  readonly spec: JobSpec;
  readonly metadata: unknown;
  /** Pinned: each run gets a fresh copy of this one. */
  readonly bundleDigest: Digest | null;
  readonly timing: ScheduleTiming;
  /** Since when it has these times. */
  readonly timedSinceMs: number;
  readonly rules: ScheduleRules;
  readonly paused: boolean;
  readonly note: string;
  readonly createdAtMs: number;
  readonly changedAtMs: number;
  /** Changes that Temporal was not told yet: until then this record is what counts. */
  readonly pending: number;
};

/** Told to Temporal in the order they were made; at the end of a deleted one, blobs that it had are to be removed. */
export type ScheduleChange =
  | { readonly kind: 'create'; readonly plan: SchedulePlan }
  | { readonly kind: 'retime'; readonly calendar: TemporalSpec; readonly rules: ScheduleRules }
  | { readonly kind: 'pause'; readonly paused: boolean; readonly note: string }
  | { readonly kind: 'delete' }
  /** Others may have the same. */
  | { readonly kind: 'discard'; readonly digests: readonly Digest[] };

/** All that Temporal holds of a schedule: references, and what people should see there. */
export type SchedulePlan = {
  readonly calendar: TemporalSpec;
  readonly rules: ScheduleRules;
  readonly paused: boolean;
  readonly note: string;
  readonly image: string;
  readonly pool: PoolName;
  readonly project: string;
  readonly owner: string;
};

/** A change in the ledger that is to be carried out elsewhere too. */
export type PromisedChange = {
  readonly id: number;
  readonly uid: JobUid;
  readonly jobId: JobId;
  readonly tries: number;
  readonly change: ScheduleChange;
};

export type CreateScheduleInput = {
  readonly uid: JobUid;
  readonly jobId: JobId;
  readonly pool: PoolName;
  readonly project: string;
  readonly owner: string;
  readonly spec: JobSpec;
  readonly metadata: unknown;
  readonly needsBundle: boolean;
  readonly timing: ScheduleTiming;
  readonly rules: ScheduleRules;
  readonly paused: boolean;
  readonly note: string;
  /** Null: no limit. */
  readonly maxSchedules: number | null;
};
export type CreateScheduleResult =
  | { readonly kind: 'created'; readonly promised: PromisedChange }
  /** There already, with an equal spec, bundle and timing. `promised` null: Temporal has it. */
  | { readonly kind: 'same'; readonly uid: JobUid; readonly promised: PromisedChange | null }
  | { readonly kind: 'conflict' }
  | { readonly kind: 'no_bundle' }
  | { readonly kind: 'too_many'; readonly limit: number };

export type ChangeScheduleInput = {
  readonly jobId: JobId;
  readonly change:
    | { readonly kind: 'retime'; readonly timing: ScheduleTiming; readonly rules: ScheduleRules }
    | { readonly kind: 'pause'; readonly paused: boolean; readonly note: string };
};
export type PromisedScheduleChange =
  /** `promised` null: an earlier change is still to be told first, so this one waits for the outbox. */
  | { readonly kind: 'promised'; readonly uid: JobUid; readonly promised: PromisedChange | null }
  | { readonly kind: 'unknown' };

/** One firing that reached Longshore. */
export type ScheduleRun = {
  readonly nominalAtMs: number;
  readonly jobId: JobId;
  /** Null: no job came of it. */
  readonly uid: JobUid | null;
  readonly state: JobState | null;
  readonly skippedBecause: string | null;
  readonly atMs: number;
  /** Null: it is open, or no job came of it. */
  readonly endedAtMs: number | null;
};

/** The schedules' part of the ledger. */
export interface ScheduleLedger {
  createSchedule(input: CreateScheduleInput): Promise<CreateScheduleResult>;
  changeSchedule(input: ChangeScheduleInput): Promise<PromisedScheduleChange>;
  /**
   * Asks its open runs to end with it. Its spec is gone at once; its row, the list of its runs and the bundles that were
   * uploaded under its id go once Temporal was told. Jobs that came of it keep what is theirs.
   */
  deleteSchedule(input: {
    readonly jobId: JobId;
    readonly because: string;
    /** Between the stop signal and SIGKILL. */
    readonly graceSec: number;
  }): Promise<
    | { readonly kind: 'deleted'; readonly promised: PromisedChange; readonly runs: readonly JobUid[] }
    | { readonly kind: 'unknown' }
  >;
  /** Takes back a creation that Temporal did not confirm; whatever did reach Temporal is deleted from the outbox. */
  withdrawSchedule(input: { readonly uid: JobUid }): Promise<void>;
  /**
   * Somebody deleted it in Temporal: as if it was deleted here, but its open runs go on. A schedule with a change on its
   * way is let be. `keepUpload`: the bundle uploaded last under its id stays, for the next schedule of the id.
   */
  forgetSchedule(input: { readonly uid: JobUid; readonly keepUpload: boolean }): Promise<void>;
  /** Changes that are due, leased to the caller; those of one schedule come in order, one at a time. */
  takeScheduleChanges(input: { readonly limit: number; readonly leaseMs: number }): Promise<readonly PromisedChange[]>;
  finishScheduleChange(input: { readonly id: number }): Promise<void>;
  /** Safe twice: the job that the starter admitted before is the one. */
  admitScheduled(
    input: AdmitScheduledInput & { readonly uid: JobUid; readonly maxQueued: number },
  ): Promise<AdmitScheduledResult>;
  recordSkippedRun(input: {
    readonly scheduleUid: JobUid;
    readonly nominalMs: number;
    readonly starterRunId: string;
    readonly because: string;
  }): Promise<void>;

  /** Oldest first; `project` null: all. */
  schedules(input: { readonly project: string | null }): Promise<readonly ScheduleRecord[]>;
  schedule(input: { readonly jobId: JobId }): Promise<ScheduleRecord | null>;
  /** Newest first. */
  scheduleRuns(input: { readonly uid: JobUid; readonly limit: number }): Promise<readonly ScheduleRun[]>;
}
