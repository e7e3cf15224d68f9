import type { SchedulePlan } from '../../ledger/schedule-ledger.ts';
import type { JobId, JobUid } from '../../model/ids.ts';
import type { OverlapPolicy, ScheduleRules } from '../../model/schedule.ts';
import type { DescribedSpec } from '../../scheduling/cron/from-temporal-spec.ts';
import type { TemporalSpec } from '../../scheduling/cron/temporal-spec.ts';

/** A schedule as Temporal has it, whoever changed it last. */
export type ScheduleStanding = {
  /** Whose it is; null: not one of ours. */
  readonly uid: string | null;
  readonly paused: boolean;
  readonly note: string;
  readonly spec: DescribedSpec;
  /** The next ones at most, in order; some may be past when it is not described but listed. */
  readonly nextFiresMs: readonly number[];
};

export type DescribedSchedule = ScheduleStanding & {
  readonly rules: ScheduleRules;
  readonly started: number;
  /** Due while nothing could start them, for longer than the catch-up window. */
  readonly missed: number;
  /** Due while an earlier one was open. */
  readonly overlapSkipped: number;
  /** Due while as many waited as may wait. */
  readonly bufferDropped: number;
  readonly waiting: number;
};

/**
 * The calls made to Temporal about schedules. Each throws LongshoreError('temporal_unavailable') when Temporal does not
 * answer in time. `gone`: there is none of this uid. A change may be repeated.
 */
export interface ScheduleGateway {
  /** `taken`: one of that id is there which Longshore did not make. An older one of ours makes room. */
  create(jobId: JobId, uid: JobUid, plan: SchedulePlan): Promise<'created' | 'taken'>;
  /** Lets it be paused or not, and keeps what it starts. */
  retime(jobId: JobId, uid: JobUid, calendar: TemporalSpec, rules: ScheduleRules): Promise<'done' | 'gone'>;
  pause(jobId: JobId, uid: JobUid, paused: boolean, note: string): Promise<'done' | 'gone'>;
  remove(jobId: JobId, uid: JobUid): Promise<void>;
  /** Null: by its own overlap policy. Not to be repeated: each is a run. */
  trigger(jobId: JobId, overlap: OverlapPolicy | null): Promise<'done' | 'gone'>;
  /** Every time that was due in this stretch, both ends included. Not to be repeated. */
  backfill(
    jobId: JobId,
    stretch: { readonly fromMs: number; readonly toMs: number; readonly overlap: OverlapPolicy | null },
  ): Promise<'done' | 'gone'>;
  /** As it is now; null: there is none. */
  describe(jobId: JobId): Promise<DescribedSchedule | null>;
  /** By job id, as Temporal's lists show them: a moment late, and only the first calendars of each. */
  list(): Promise<ReadonlyMap<string, ScheduleStanding>>;
}
