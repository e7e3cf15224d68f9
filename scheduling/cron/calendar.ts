/** The proleptic Gregorian calendar. A clock's time is in ms since 1970-01-01 00:00 on that clock, as if it were UTC. */
export const DAY_MS = 86_400_000;

/** `month` from 1. */
export const clockMsOf = (year: number, month: number, day: number): number => Date.UTC(year, month - 1, day);

export const daysInMonth = (year: number, month: number): number => new Date(Date.UTC(year, month, 0)).getUTCDate();

/** Monday = 0. */
export const weekdayOf = (clockMs: number): number => (Math.floor(clockMs / DAY_MS) + 3) % 7;

/** ISO 8601: the week's Thursday decides which year's week it is. */
export const isoWeekOf = (clockMs: number): number => {
  const thursday = clockMs + (3 - weekdayOf(clockMs)) * DAY_MS;
  const newYear = Date.UTC(new Date(thursday).getUTCFullYear(), 0, 1);
  return Math.floor((thursday - newYear) / (7 * DAY_MS)) + 1;
};
