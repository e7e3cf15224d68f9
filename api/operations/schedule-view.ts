import type { DescribedSchedule, ScheduleStanding } from '../../activities/control/schedule-gateway.ts';
import type { ScheduleRecord } from '../../ledger/schedule-ledger.ts';
import type { ScheduleRules } from '../../model/schedule.ts';
import type { CronTexts } from '../../scheduling/cron/cron-texts.ts';
import { isSameSpec } from '../../scheduling/cron/from-temporal-spec.ts';
import { nextFires } from '../../scheduling/cron/next-fires.ts';
import { parseCron } from '../../scheduling/cron/parse-cron.ts';

/** A schedule as it is shown: what Temporal has, and where that is not known or not told yet, what was asked for. */
export type ScheduleView = {
  readonly record: ScheduleRecord;
  readonly paused: boolean;
  readonly note: string;
  /** Null: somebody has changed its times with Temporal's own tools. */
  readonly fields: CronTexts | null;
  readonly rules: ScheduleRules;
  /** Paused or not; none: it has ended. */
  readonly nextFiresMs: readonly number[];
  /** Null where it was not looked at alone. */
  readonly described: DescribedSchedule | null;
};

const SHOWN_FIRES = 3;

const firesOf = ({ timing }: ScheduleRecord, nowMs: number): readonly number[] => {
  const parsed = parseCron(timing.fields);
  return parsed.kind === 'ok' ? nextFires(parsed.cron, timing.timeZone, nowMs, SHOWN_FIRES) : [];
};

export const viewOfRecord = (record: ScheduleRecord, nowMs: number): ScheduleView => ({
  record,
  ...{ paused: record.paused, note: record.note, fields: record.timing.fields, rules: record.rules },
  nextFiresMs: firesOf(record, nowMs),
  described: null,
});

const viewOfStanding = (
  record: ScheduleRecord,
  standing: ScheduleStanding,
  nowMs: number,
  isCut: boolean,
): Omit<ScheduleView, 'rules' | 'described'> => {
  const isOurs = isSameSpec(standing.spec, record.timing.calendar, isCut);
  const told = standing.nextFiresMs.filter((fireMs) => fireMs > nowMs).slice(0, SHOWN_FIRES);
  // What Temporal told may be from before the last firings.
  const nextFiresMs = isOurs && told.length < SHOWN_FIRES ? firesOf(record, nowMs) : told;
  const { paused, note } = standing;
  return { record, paused, note, fields: isOurs ? record.timing.fields : null, nextFiresMs };
};

export const viewOfListed = (record: ScheduleRecord, listed: ScheduleStanding, nowMs: number): ScheduleView => ({
  ...viewOfStanding(record, listed, nowMs, true),
  rules: record.rules,
  described: null,
});

export const viewOfDescribed = (record: ScheduleRecord, described: DescribedSchedule, nowMs: number): ScheduleView => ({
  ...viewOfStanding(record, described, nowMs, false),
  rules: described.rules,
  described,
});
