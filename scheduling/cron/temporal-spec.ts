import { boundsOf, type Bounds } from './bounds.ts';
import { cronDays } from './cron-days.ts';
import type { Cron } from './cron.ts';
import { fieldValues } from './field-values.ts';
import { leftOutCalendars } from './left-out-calendars.ts';
import { putBack, type PutBack } from './put-back.ts';
import { temporalCalendar, type TemporalCalendar } from './temporal-calendar.ts';

/** A cron as a Temporal schedule. No calendar at all: it never fires. */
export type TemporalSpec = Bounds &
  PutBack & {
    readonly calendars: readonly TemporalCalendar[];
    readonly timeZone: string;
  };

/** The same times on a clock that is never changed. */
const cronCalendars = (cron: Cron): readonly TemporalCalendar[] => {
  const hours = fieldValues(cron, 'hour');
  const minutes = fieldValues(cron, 'minute');
  const seconds = fieldValues(cron, 'second');
  return cronDays(cron).map((days) => temporalCalendar(days, { hours, minutes, seconds }, ''));
};

/** The schedule that fires when nextFires says. It depends on nothing but the cron, the zone and what is known of its clock. */
export const toTemporalSpec = (cron: Cron, timeZone: string): TemporalSpec => ({
  calendars: [...cronCalendars(cron), ...leftOutCalendars(cron, timeZone)],
  ...putBack(cron, timeZone),
  timeZone,
  ...boundsOf(cron, timeZone),
});
