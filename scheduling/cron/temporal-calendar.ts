/** A range of values, both ends included, as Temporal's calendars have it. Ends and step are always given: the client reads a missing end as 1. */
export type Range<T = number> = { readonly start: T; readonly end: T; readonly step: number };

export const TEMPORAL_WEEKDAYS = [
  'SUNDAY',
  'MONDAY',
  'TUESDAY',
  'WEDNESDAY',
  'THURSDAY',
  'FRIDAY',
  'SATURDAY',
] as const;
export const TEMPORAL_MONTHS = [
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
export const rangesOf = (values: readonly number[]): Range[] => {
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
