import type { Cron, CronField } from './cron.ts';
import { EVERY_WEEKDAY, upTo } from './days.ts';
import { FIELD_RANGE } from './field-range.ts';
import { allowsAll, fieldValues } from './field-values.ts';
import { firesBetween } from './next-fires.ts';
import { temporalCalendar, type TemporalCalendar } from './temporal-calendar.ts';
import { clockMsAt, clockChanges, type ClockChange } from './zone.ts';

/** Both in ms; fires at each multiple of `every` since 1970 plus `offset`. */
export type TemporalInterval = { readonly every: number; readonly offset: number };

/**
 * Where a zone is ahead of UTC, Temporal mistakes the hour in which its clock is put back: it drops times of both
 * passes and of the hour after them, and fires at some that no calendar names. So its calendars get these two beside them.
 */
export type PutBack = {
  /** The times of that night, each as an instant. */
  readonly intervals: readonly TemporalInterval[];
  /** The hours and minutes of that day in which nothing may fire. */
  readonly skip: readonly TemporalCalendar[];
};

const HOUR_MS = 3_600_000;
/** Fixed, so that equal crons make equal schedules. */
const NIGHTS = { fromMs: Date.UTC(2026, 0, 1), toMs: Date.UTC(2066, 0, 1) };
/** What a schedule may carry of them: it gets the first nights that have room in it. */
const MOST_INTERVALS = 1000;
const MOST_PERIODIC = 60;

const EACH_HOUR: readonly CronField[] = ['year', 'month', 'day', 'week', 'day_of_week', 'hour'];

/** A schedule that is the same in each hour is one of intervals alone, whatever clocks do; null: it is none, or is not one in this zone. */
const periodic = (cron: Cron, changes: readonly ClockChange[]): readonly TemporalInterval[] | null => {
  if (!EACH_HOUR.every((field) => allowsAll(cron, field))) return null;
  const seconds = fieldValues(cron, 'second');
  const inHour = fieldValues(cron, 'minute').flatMap((minute) => seconds.map((second) => minute * 60 + second));
  const known = new Set(inHour);
  const period = upTo(1, 3600).find((at) => 3600 % at === 0 && inHour.every((one) => known.has((one + at) % 3600)));
  const every = (period ?? 3600) * 1000;
  const phase = (offsetMs: number) => ((offsetMs % every) + every) % every;
  const [first = 0, ...others] = changes.flatMap((change) => [change.offsetBeforeMs, change.offsetMs]).map(phase);
  const firing = inHour.filter((second) => second * 1000 < every);
  if (firing.length > MOST_PERIODIC || others.some((other) => other !== first)) return null;
  return firing.map((second) => ({ every, offset: phase(second * 1000 - first) }));
};

const byInstant = (cron: Cron, timeZone: string, changes: readonly ClockChange[]): readonly TemporalInterval[] => {
  const intervals: TemporalInterval[] = [];
  for (const { atMs, offsetBeforeMs, offsetMs } of changes) {
    const backMs = offsetBeforeMs - offsetMs;
    const night = firesBetween(cron, timeZone, atMs - backMs, atMs + Math.max(backMs, HOUR_MS) + HOUR_MS);
    if (intervals.length + night.length > MOST_INTERVALS) break;
    // Each comes again only when as much time has passed once more as since 1970.
    intervals.push(...night.map((fireMs) => ({ every: fireMs, offset: 0 })));
  }
  return intervals;
};

const without = (cron: Cron, field: CronField): readonly number[] => {
  const allowed = new Set(fieldValues(cron, field));
  return upTo(FIELD_RANGE[field].least, FIELD_RANGE[field].greatest).filter((value) => !allowed.has(value));
};

const skipped = (cron: Cron, timeZone: string, changes: readonly ClockChange[]): readonly TemporalCalendar[] => {
  const yearsOfDay = new Map<string, { month: number; day: number; years: number[] }>();
  for (const { atMs } of changes) {
    const date = new Date(clockMsAt(timeZone, atMs));
    const [month, day] = [date.getUTCMonth() + 1, date.getUTCDate()];
    const known = yearsOfDay.get(`${month}:${day}`) ?? { month, day, years: [] };
    known.years.push(date.getUTCFullYear());
    yearsOfDay.set(`${month}:${day}`, known);
  }
  const [all, hours, minutes] = [upTo(0, 59), without(cron, 'hour'), without(cron, 'minute')];
  const times = [
    { hours, minutes: all, seconds: all },
    { hours: upTo(0, 23), minutes, seconds: all },
  ].filter((one) => one.hours.length > 0 && one.minutes.length > 0);
  return [...yearsOfDay.values()].flatMap(({ years, month, day }) =>
    times.map((one) => temporalCalendar({ years, months: [month], days: [day], weekdays: EVERY_WEEKDAY }, one, '')),
  );
};

/** Whether a schedule fires, on any day, in an hour that the change has to do with: those passed twice, the one before and the one after. */
const isTouched = (hours: readonly number[], { atMs, offsetBeforeMs, offsetMs }: ClockChange): boolean => {
  const [firstMs, endMs] = [atMs + offsetMs - HOUR_MS, atMs + offsetBeforeMs + HOUR_MS];
  for (let clockMs = firstMs; clockMs < endMs; clockMs += HOUR_MS / 2) {
    if (hours.includes(new Date(clockMs).getUTCHours())) return true;
  }
  return false;
};

export const putBack = (cron: Cron, timeZone: string): PutBack => {
  const hours = fieldValues(cron, 'hour');
  const changes = clockChanges(timeZone, NIGHTS.fromMs, NIGHTS.toMs).filter(
    (change) => change.offsetMs < change.offsetBeforeMs && change.offsetBeforeMs > 0 && isTouched(hours, change),
  );
  if (changes.length === 0) return { intervals: [], skip: [] };
  return {
    intervals: periodic(cron, changes) ?? byInstant(cron, timeZone, changes),
    skip: skipped(cron, timeZone, changes),
  };
};
