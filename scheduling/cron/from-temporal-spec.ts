import type { TemporalSpec } from './temporal-spec.ts';
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
  readonly intervals?: readonly { readonly every: number; readonly offset?: number | undefined }[] | undefined;
  readonly skip?: readonly DescribedCalendar[] | undefined;
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

const intervalKey = ({ every, offset }: { readonly every: number; readonly offset?: number | undefined }): string =>
  `${every}+${offset ?? 0}`;

/** Temporal's lists tell no more of each kind. */
const LISTED = 10;

/** Whether nobody has changed its times with Temporal's own tools. `isCut`: only the first of each kind are told, as in Temporal's lists. */
export const isSameSpec = (described: DescribedSpec, ours: TemporalSpec, isCut: boolean): boolean => {
  const isSame = <T>(told: readonly T[] | undefined, made: readonly T[], key: (one: T) => string) =>
    (told ?? []).map(key).join() ===
    made
      .slice(0, isCut ? LISTED : undefined)
      .map(key)
      .join();
  return (
    (described.timezone ?? '') === ours.timeZone &&
    (described.startAt?.getTime() ?? null) === ours.startAtMs &&
    (described.endAt?.getTime() ?? null) === ours.endAtMs &&
    isSame(described.calendars, ours.calendars, keyOf) &&
    isSame(described.intervals, ours.intervals, intervalKey) &&
    isSame(described.skip, ours.skip, keyOf)
  );
};
