import type { CronField } from './cron.ts';

/** What may be written in a field. */
export const FIELD_RANGE: Readonly<Record<CronField, { readonly least: number; readonly greatest: number }>> = {
  year: { least: 1970, greatest: 9999 },
  month: { least: 1, greatest: 12 },
  day: { least: 1, greatest: 31 },
  week: { least: 1, greatest: 53 },
  day_of_week: { least: 0, greatest: 6 },
  hour: { least: 0, greatest: 23 },
  minute: { least: 0, greatest: 59 },
  second: { least: 0, greatest: 59 },
};

/** The years in which a schedule can fire: Temporal knows no others. */
export const FIRING_YEARS = { least: 2000, greatest: 2100 };
