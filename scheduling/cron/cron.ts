/** From the most to the least significant; this order decides which fields default to their least value. */
export const CRON_FIELDS = ['year', 'month', 'day', 'week', 'day_of_week', 'hour', 'minute', 'second'] as const;
export type CronField = (typeof CRON_FIELDS)[number];
export type CronBound = 'start_date' | 'end_date';

/** Weekdays count from Monday = 0. */
export const WEEKDAYS = ['mon', 'tue', 'wed', 'thu', 'fri', 'sat', 'sun'] as const;
export const MONTHS = ['jan', 'feb', 'mar', 'apr', 'may', 'jun', 'jul', 'aug', 'sep', 'oct', 'nov', 'dec'] as const;
export const POSITIONS = ['1st', '2nd', '3rd', '4th', '5th', 'last'] as const;

/** One of the comma-separated parts of a field; a value matches the field when it matches one of them. */
export type Expression =
  | { readonly kind: 'every'; readonly step: number | null }
  /** `last` null: up to the field's greatest value. */
  | {
      readonly kind: 'range';
      readonly first: number;
      readonly last: number | null;
      readonly step: number | null;
      readonly names: readonly string[] | null;
    }
  | { readonly kind: 'weekdayOfMonth'; readonly position: (typeof POSITIONS)[number]; readonly weekday: number }
  | { readonly kind: 'lastDay' };

/** A wall clock's time, as if it were UTC; `offsetMinutes` null: on the clock of the schedule's own zone. */
export type BoundDate = {
  readonly text: string;
  readonly clockMs: number;
  /** Beyond the millisecond, 0 to 999. */
  readonly micros: number;
  readonly offsetMinutes: number | null;
};

/** A schedule in the grammar of APScheduler 3: it fires at each second that all its fields match. */
export type Cron = {
  readonly fields: Readonly<Record<CronField, readonly Expression[]>>;
  readonly startDate: BoundDate | null;
  readonly endDate: BoundDate | null;
};

export const onlyValue = (value: number): readonly Expression[] => [
  { kind: 'range', first: value, last: value, step: null, names: null },
];
