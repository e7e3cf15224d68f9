import { boundsOf } from './bounds.ts';
import { daysInMonth } from './calendar.ts';
import type { Cron, Expression } from './cron.ts';
import { POSITIONS } from './cron.ts';
import { FIRING_YEARS } from './field-range.ts';
import { allowsAll, fieldValues } from './field-values.ts';
import { dayMatcher } from './matching-days.ts';
import {
  rangesOf,
  TEMPORAL_MONTHS,
  TEMPORAL_WEEKDAYS,
  type Range,
  type TemporalCalendar,
} from './temporal-calendar.ts';

/** A cron as a Temporal schedule. No calendar at all: it never fires. */
export type TemporalSpec = {
  readonly calendars: readonly TemporalCalendar[];
  readonly timeZone: string;
  readonly startAtMs: number | null;
  readonly endAtMs: number | null;
};

/** Days in some months of some years; weekdays as in cron, Monday = 0. */
type Days = {
  readonly years: readonly number[];
  readonly months: readonly number[];
  readonly days: readonly number[];
  readonly weekdays: readonly number[];
};

const upTo = (first: number, last: number): readonly number[] =>
  Array.from({ length: last - first + 1 }, (_, index) => first + index);
const ALL_YEARS = upTo(FIRING_YEARS.least, FIRING_YEARS.greatest);
const EVERY_WEEKDAY = upTo(0, 6);

/** The same days as the cron's, month by month: months with the same days in the same years go into one. */
const byMonth = (
  years: readonly number[],
  months: readonly number[],
  weekdays: readonly number[],
  daysOf: (year: number, month: number) => readonly number[],
): readonly Days[] => {
  const yearsOfDays = new Map<string, { month: number; days: readonly number[]; years: number[] }>();
  for (const month of months) {
    for (const year of years) {
      const days = daysOf(year, month);
      const key = `${month}:${days.join()}`;
      const found = yearsOfDays.get(key) ?? { month, days, years: [] };
      found.years.push(year);
      if (days.length > 0) yearsOfDays.set(key, found);
    }
  }
  const merged = new Map<
    string,
    { years: number[]; months: number[]; days: readonly number[]; weekdays: readonly number[] }
  >();
  for (const { month, days, years } of yearsOfDays.values()) {
    const key = `${days.join()}:${years.join()}`;
    const found = merged.get(key) ?? { years, months: [], days, weekdays };
    found.months.push(month);
    merged.set(key, found);
  }
  return [...merged.values()];
};

const both = (left: readonly number[], right: readonly number[]): readonly number[] =>
  left.filter((value) => right.includes(value));

/** `day` and `day_of_week`; Temporal has no "last", which is the last week of months of one length, nor "3rd", which is the 15th to 21st. */
const pickedDays = (cron: Cron, expression: Expression): readonly Days[] => {
  const years = fieldValues(cron, 'year', FIRING_YEARS);
  const months = fieldValues(cron, 'month');
  const weekdays = fieldValues(cron, 'day_of_week');
  switch (expression.kind) {
    case 'lastDay':
      return byMonth(years, months, weekdays, (year, month) => [daysInMonth(year, month)]);
    case 'weekdayOfMonth': {
      const picked = both(weekdays, [expression.weekday]);
      if (expression.position === 'last') {
        return byMonth(years, months, picked, (year, month) =>
          upTo(daysInMonth(year, month) - 6, daysInMonth(year, month)),
        );
      }
      const first = POSITIONS.indexOf(expression.position) * 7 + 1;
      return [{ years, months, days: upTo(first, Math.min(first + 6, 31)), weekdays: picked }];
    }
    case 'every':
    case 'range':
      return [];
  }
};

const daysOf = (cron: Cron): readonly Days[] => {
  const years = fieldValues(cron, 'year', FIRING_YEARS);
  const months = fieldValues(cron, 'month');
  // Temporal knows no weeks of the year: their days, by date, for all the years it knows.
  if (!allowsAll(cron, 'week')) return byMonth(years, months, EVERY_WEEKDAY, dayMatcher(cron));
  const plain = { years, months, days: fieldValues(cron, 'day'), weekdays: fieldValues(cron, 'day_of_week') };
  const all = [plain, ...cron.fields.day.flatMap((expression) => pickedDays(cron, expression))];
  return all.filter((days) => Object.values(days).every((values) => values.length > 0));
};

const named = <T>(range: Range, names: readonly T[], shift: number): Range<T>[] => {
  const [start, end] = [names[range.start + shift], names[range.end + shift]];
  return start === undefined || end === undefined ? [] : [{ start, end, step: range.step }];
};

/** The schedule that fires when nextFires says. It depends on nothing but the cron and the zone. */
export const toTemporalSpec = (cron: Cron, timeZone: string): TemporalSpec => {
  const times = {
    hour: rangesOf(fieldValues(cron, 'hour')),
    minute: rangesOf(fieldValues(cron, 'minute')),
    second: rangesOf(fieldValues(cron, 'second')),
  };
  const calendars = daysOf(cron).map(({ years, months, days, weekdays }) => {
    const sundayFirst = weekdays.map((weekday) => (weekday + 1) % 7).sort((left, right) => left - right);
    return {
      ...times,
      dayOfMonth: rangesOf(days),
      month: rangesOf(months).flatMap((range) => named(range, TEMPORAL_MONTHS, -1)),
      year: years.length === ALL_YEARS.length ? ('*' as const) : rangesOf(years),
      dayOfWeek: rangesOf(sundayFirst).flatMap((range) => named(range, TEMPORAL_WEEKDAYS, 0)),
      comment: '',
    };
  });
  return { calendars, timeZone, ...boundsOf(cron, timeZone) };
};
