import type { Cron } from './cron.ts';
import { toTemporalSpec, type TemporalSpec } from './temporal-spec.ts';
import type { Range, TemporalCalendar, TemporalMonth, TemporalWeekday } from './temporal-calendar.ts';

type DescribedCalendar = {
  readonly second: readonly Range[];
  readonly minute: readonly Range[];
  readonly hour: readonly Range[];
  readonly dayOfMonth: readonly Range[];
  readonly month: readonly Range<TemporalMonth>[];
  /** None: every year. */
  readonly year: readonly Range[];
  readonly dayOfWeek: readonly Range<TemporalWeekday>[];
};

/** What the client's describe tells of a schedule's times. */
export type DescribedSpec = {
  readonly calendars?: readonly DescribedCalendar[] | undefined;
  readonly intervals?: readonly unknown[] | undefined;
  readonly skip?: readonly unknown[] | undefined;
  readonly startAt?: Date | undefined;
  readonly endAt?: Date | undefined;
  readonly timezone?: string | undefined;
};

const keyOf = (calendar: DescribedCalendar | TemporalCalendar): string => {
  const year = calendar.year === '*' ? [] : calendar.year;
  const { second, minute, hour, dayOfMonth, month, dayOfWeek } = calendar;
  const ranges: readonly (readonly Range<unknown>[])[] = [second, minute, hour, dayOfMonth, month, year, dayOfWeek];
  return JSON.stringify(ranges.map((field) => field.map(({ start, end, step }) => [start, end, step])));
};

/** Temporal's lists tell no more of them. */
const LISTED_CALENDARS = 10;

/** `isCut`: only the first of its calendars are told, as Temporal's lists do. */
export const isSameSpec = (described: DescribedSpec, ours: TemporalSpec, isCut: boolean): boolean => {
  const calendars = (described.calendars ?? []).map(keyOf);
  const expected = ours.calendars.slice(0, isCut ? LISTED_CALENDARS : undefined).map(keyOf);
  return (
    (described.timezone ?? '') === ours.timeZone &&
    (described.startAt?.getTime() ?? null) === ours.startAtMs &&
    (described.endAt?.getTime() ?? null) === ours.endAtMs &&
    (described.intervals ?? []).length === 0 &&
    (described.skip ?? []).length === 0 &&
    calendars.join() === expected.join()
  );
};

/** `custom`: somebody has changed its times with Temporal's own tools, and the cron no longer tells when it fires. */
export const fromTemporalSpec = (described: DescribedSpec, cron: Cron, timeZone: string): 'ours' | 'custom' =>
  isSameSpec(described, toTemporalSpec(cron, timeZone), false) ? 'ours' : 'custom';
