import type { BoundDate } from './cron.ts';

const DATE = /^(\d{4})-(\d{1,2})-(\d{1,2})(?:[ T](\d{1,2}):(\d{1,2}):(\d{1,2})(?:\.(\d{1,6}))?(Z|[+-]\d\d:\d\d)?)?\n?$/;

const offsetMinutes = (zone: string): number =>
  zone === 'Z' ? 0 : (zone.startsWith('-') ? -1 : 1) * (Number(zone.slice(1, 3)) * 60 + Number(zone.slice(4)));

/** Null for what is no date, or none of the calendar. */
export const parseDate = (text: string): BoundDate | null => {
  const match = DATE.exec(text);
  if (match === null) return null;
  const [year = 0, month = 0, day = 0, hour = 0, minute = 0, second = 0] = match
    .slice(1, 7)
    .map((part) => Number(part ?? 0));
  // The digits after the point are read as a count of microseconds: .5 is 5 of them.
  const micros = Number(match[7] ?? 0);
  const offset = match[8] === undefined ? null : offsetMinutes(match[8]);
  const date = new Date(0);
  date.setUTCFullYear(year, month - 1, day);
  const exists = year >= 1 && month >= 1 && date.getUTCMonth() === month - 1 && date.getUTCDate() === day;
  if (!exists || hour > 23 || minute > 59 || second > 59) return null;
  if (offset !== null && Math.abs(offset) >= 24 * 60) return null;
  date.setUTCHours(hour, minute, second, Math.floor(micros / 1000));
  return { text, clockMs: date.getTime(), micros: micros % 1000, offsetMinutes: offset };
};
