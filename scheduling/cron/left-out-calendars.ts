import { onlyValue, type Cron } from './cron.ts';
import { EVERY_WEEKDAY } from './days.ts';
import { FIRING_YEARS } from './field-range.ts';
import { fieldValues } from './field-values.ts';
import { clockTimesOf } from './matching-clock-times.ts';
import { temporalCalendar, type TemporalCalendar } from './temporal-calendar.ts';
import { clockChanges } from './zone.ts';

/** Tells people what these calendars are for. */
const LEFT_OUT = 'times that the clock leaves out when it is put forward';

type Moved = {
  readonly years: number[];
  readonly month: number;
  readonly day: number;
  readonly hour: number;
  readonly minutes: readonly number[];
};

/** Temporal drops the times that a clock leaves out. So that they fire as much later: when that is, by date. */
export const leftOutCalendars = (cron: Cron, timeZone: string): readonly TemporalCalendar[] => {
  const seconds = fieldValues(cron, 'second');
  const minutesOf = clockTimesOf({ ...cron, fields: { ...cron.fields, second: onlyValue(0) } });
  const moved = new Map<string, Moved>();
  const [fromMs, toMs] = [Date.UTC(FIRING_YEARS.least, 0, 1), Date.UTC(FIRING_YEARS.greatest + 1, 0, 1)];
  for (const { atMs, offsetBeforeMs, offsetMs } of clockChanges(timeZone, fromMs, toMs)) {
    const [fromClockMs, toClockMs] = [atMs + offsetBeforeMs, atMs + offsetMs];
    const laterMs = toClockMs - fromClockMs;
    if (laterMs < 0) continue;
    const fireAnyway = new Set(minutesOf(toClockMs, toClockMs + laterMs));
    const fireLater = [...minutesOf(fromClockMs, toClockMs)]
      .map((clockMs) => clockMs + laterMs)
      .filter((clockMs) => !fireAnyway.has(clockMs));
    for (const hourMs of new Set(fireLater.map((clockMs) => clockMs - (clockMs % 3_600_000)))) {
      const minutes = fireLater.map((clockMs) => (clockMs - hourMs) / 60_000).filter((at) => at >= 0 && at < 60);
      const date = new Date(hourMs);
      const [month, day, hour] = [date.getUTCMonth() + 1, date.getUTCDate(), date.getUTCHours()];
      const key = [month, day, hour, ...minutes].join();
      const known = moved.get(key) ?? { years: [], month, day, hour, minutes };
      known.years.push(date.getUTCFullYear());
      moved.set(key, known);
    }
  }
  return [...moved.values()].map(({ years, month, day, hour, minutes }) =>
    temporalCalendar(
      { years, months: [month], days: [day], weekdays: EVERY_WEEKDAY },
      { hours: [hour], minutes, seconds },
      LEFT_OUT,
    ),
  );
};
