import { FIRING_YEARS } from './field-range.ts';

/** Days in some months of some years; weekdays as in cron, Monday = 0. */
export type Days = {
  readonly years: readonly number[];
  readonly months: readonly number[];
  readonly days: readonly number[];
  readonly weekdays: readonly number[];
};

export const upTo = (first: number, last: number): readonly number[] =>
  Array.from({ length: last - first + 1 }, (_, index) => first + index);

export const ALL_YEARS = upTo(FIRING_YEARS.least, FIRING_YEARS.greatest);
export const EVERY_WEEKDAY = upTo(0, 6);

const grouped = <T>(items: readonly T[], keyOf: (item: T) => string): ReadonlyMap<string, readonly T[]> => {
  const groups = new Map<string, T[]>();
  for (const item of items) groups.set(keyOf(item), [...(groups.get(keyOf(item)) ?? []), item]);
  return groups;
};

const numbersIn = (key: string): readonly number[] => key.split(',').map(Number);

/** The days that `daysOf` tells of each month. Years in which a month has the same go into one, and then such months. */
export const daysByMonth = (
  years: readonly number[],
  months: readonly number[],
  weekdays: readonly number[],
  daysOf: (year: number, month: number) => readonly number[],
): readonly Days[] => {
  const ofMonths = months.flatMap((month) =>
    [...grouped(years, (year) => daysOf(year, month).join())].map(([days, years]) => ({ month, days, years })),
  );
  const alike = grouped(ofMonths, ({ days, years }) => `${days}:${years.join()}`);
  return [...alike.values()].flatMap((group) => {
    const [first] = group;
    if (first === undefined || first.days === '') return [];
    return [{ years: first.years, months: group.map(({ month }) => month), days: numbersIn(first.days), weekdays }];
  });
};
