import type { BoundDate, Cron } from './cron.ts';
import { firstInstantOf } from './zone.ts';

const instantOf = (date: BoundDate, timeZone: string): number =>
  date.offsetMinutes === null ? firstInstantOf(timeZone, date.clockMs) : date.clockMs - date.offsetMinutes * 60_000;

/** The first and the last whole second in which a schedule may fire, both included; null: no such bound. */
export type Bounds = { readonly startAtMs: number | null; readonly endAtMs: number | null };

export const boundsOf = (cron: Cron, timeZone: string): Bounds => {
  const { startDate, endDate } = cron;
  return {
    startAtMs:
      startDate === null
        ? null
        : Math.ceil((instantOf(startDate, timeZone) + (startDate.micros > 0 ? 1 : 0)) / 1000) * 1000,
    endAtMs: endDate === null ? null : Math.floor(instantOf(endDate, timeZone) / 1000) * 1000,
  };
};
