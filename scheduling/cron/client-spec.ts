import type { TemporalInterval } from './put-back.ts';
import type { TemporalCalendar } from './temporal-calendar.ts';
import type { TemporalSpec } from './temporal-spec.ts';

/** A schedule's times as Temporal's client takes them. */
export type ClientSpec = {
  readonly calendars: TemporalCalendar[];
  readonly intervals: TemporalInterval[];
  readonly skip: TemporalCalendar[];
  readonly timezone: string;
  readonly startAt?: Date;
  readonly endAt?: Date;
};

export const clientSpec = ({ calendars, intervals, skip, timeZone, startAtMs, endAtMs }: TemporalSpec): ClientSpec => ({
  ...{ calendars: [...calendars], intervals: [...intervals], skip: [...skip], timezone: timeZone },
  ...(startAtMs === null ? {} : { startAt: new Date(startAtMs) }),
  ...(endAtMs === null ? {} : { endAt: new Date(endAtMs) }),
});
