import { ALL_YEARS, type Days } from './days.ts';

/** A range of values, both ends included, as Temporal's calendars have it. Ends and step are always given: the client reads a missing end as 1. */
export type Range<T = number> = { readonly start: T; readonly end: T; readonly step: number };

const TEMPORAL_WEEKDAYS = ['SUNDAY', 'MONDAY', 'TUESDAY', 'WEDNESDAY', 'THURSDAY', 'FRIDAY', 'SATURDAY'] as const;
const TEMPORAL_MONTHS = [
  'JANUARY',
  'FEBRUARY',
  'MARCH',
  'APRIL',
  'MAY',
  'JUNE',
  'JULY',
  'AUGUST',
  'SEPTEMBER',
  'OCTOBER',
  'NOVEMBER',
  'DECEMBER',
] as const;
export type TemporalWeekday = (typeof TEMPORAL_WEEKDAYS)[number];
export type TemporalMonth = (typeof TEMPORAL_MONTHS)[number];

/** One of a Temporal schedule's structured calendars; a time matches it when it matches all its fields. `year` `*`: every one. */
export type TemporalCalendar = {
  readonly second: Range[];
  readonly minute: Range[];
  readonly hour: Range[];
  readonly dayOfMonth: Range[];
  readonly month: Range<TemporalMonth>[];
  readonly year: Range[] | '*';
  readonly dayOfWeek: Range<TemporalWeekday>[];
  readonly comment: string;
};

/** The fewest ranges that hold just these ascending values, found greedily: as long a run of one step as there is. */
const rangesOf = (values: readonly number[]): Range[] => {
  const ranges: Range[] = [];
  let at = 0;
  while (at < values.length) {
    const start = values[at] ?? 0;
    const step = (values[at + 1] ?? start + 1) - start;
    let length = 1;
    while (values[at + length] === start + length * step) length += 1;
    // Two values a gap apart are better left alone: the second may begin a longer run.
    if (length === 2 && step > 1) length = 1;
    ranges.push({ start, end: start + (length - 1) * step, step: length === 1 ? 1 : step });
    at += length;
  }
  return ranges;
};

const named = <T>(range: Range, names: readonly T[], shift: number): Range<T>[] => {
  const [start, end] = [names[range.start + shift], names[range.end + shift]];
  return start === undefined || end === undefined ? [] : [{ start, end, step: range.step }];
};

/** The product of these: each of the seconds in each of the minutes in each of the hours. */
export type DayTimes = {
  readonly hours: readonly number[];
  readonly minutes: readonly number[];
  readonly seconds: readonly number[];
};

/** None of the lists may be empty: to Temporal that means all. */
export const temporalCalendar = (
  { years, months, days, weekdays }: Days,
  { hours, minutes, seconds }: DayTimes,
  comment: string,
): TemporalCalendar => {
  const sundayFirst = weekdays.map((weekday) => (weekday + 1) % 7).sort((left, right) => left - right);
  return {
    second: rangesOf(seconds),
    minute: rangesOf(minutes),
    hour: rangesOf(hours),
    dayOfMonth: rangesOf(days),
    month: rangesOf(months).flatMap((range) => named(range, TEMPORAL_MONTHS, -1)),
    year: years.length === ALL_YEARS.length ? '*' : rangesOf(years),
    dayOfWeek: rangesOf(sundayFirst).flatMap((range) => named(range, TEMPORAL_WEEKDAYS, 0)),
    comment,
  };
};
