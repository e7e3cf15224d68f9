import { clockMsOf, DAY_MS } from './calendar.ts';
import type { Cron } from './cron.ts';
import { FIRING_YEARS } from './field-range.ts';
import { fieldValues } from './field-values.ts';
import { dayMatcher } from './matching-days.ts';

/** Walks a cron's clock times in order, from `fromClockMs` up to but without `toClockMs`. Ends when no year is left. */
export type ClockTimes = (fromClockMs: number, toClockMs: number) => Generator<number, void>;

/** A schedule on a wall clock that is never put forward or back. */
export const clockTimesOf = (cron: Cron): ClockTimes => {
  const years = fieldValues(cron, 'year', FIRING_YEARS);
  const months = fieldValues(cron, 'month');
  const daysOf = dayMatcher(cron);
  const hours = fieldValues(cron, 'hour');
  const minutes = fieldValues(cron, 'minute');
  const seconds = fieldValues(cron, 'second');

  function* days(fromClockMs: number, toClockMs: number): Generator<number, void> {
    for (const year of years) {
      if (clockMsOf(year + 1, 1, 1) <= fromClockMs) continue;
      for (const month of months) {
        if (clockMsOf(year, month + 1, 1) <= fromClockMs) continue;
        if (clockMsOf(year, month, 1) >= toClockMs) return;
        for (const day of daysOf(year, month)) yield clockMsOf(year, month, day);
      }
    }
  }

  return function* clockTimes(fromClockMs, toClockMs) {
    for (const dayMs of days(fromClockMs, toClockMs)) {
      if (dayMs + DAY_MS <= fromClockMs) continue;
      for (const hour of hours) {
        const hourMs = dayMs + hour * 3_600_000;
        if (hourMs + 3_600_000 <= fromClockMs) continue;
        for (const minute of minutes) {
          const minuteMs = hourMs + minute * 60_000;
          if (minuteMs + 60_000 <= fromClockMs) continue;
          for (const second of seconds) {
            const clockMs = minuteMs + second * 1000;
            if (clockMs >= toClockMs) return;
            if (clockMs >= fromClockMs) yield clockMs;
          }
        }
      }
    }
  };
};
