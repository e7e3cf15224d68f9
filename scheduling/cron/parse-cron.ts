import {
  CRON_FIELDS,
  onlyValue,
  type BoundDate,
  type Cron,
  type CronBound,
  type CronField,
  type Expression,
} from './cron.ts';
import { parseDate } from './parse-date.ts';
import { parseExpressions } from './parse-expression.ts';

export type ParsedCron =
  | { readonly kind: 'ok'; readonly cron: Cron }
  /** `because`: a whole sentence but for its point. */
  | { readonly kind: 'refused'; readonly field: string; readonly because: string };

const refused = (field: string, because: string) => ({ kind: 'refused', field, because }) as const;

const parseBound = (field: CronBound, value: unknown) => {
  if (value === undefined || value === null) return { kind: 'ok', date: null } as const;
  const date = typeof value === 'string' ? parseDate(value) : null;
  if (date !== null) return { kind: 'ok', date } as const;
  return refused(field, `${field} ${JSON.stringify(value)} is no date; write it as 2026-01-31 or 2026-01-31 10:00:00`);
};

const ALL: readonly Expression[] = [{ kind: 'every', step: null }];
const DEFAULTS: Readonly<Record<CronField, readonly Expression[]>> = {
  year: ALL,
  month: onlyValue(1),
  day: onlyValue(1),
  week: ALL,
  day_of_week: ALL,
  hour: onlyValue(0),
  minute: onlyValue(0),
  second: onlyValue(0),
};

const isGiven = (value: unknown): boolean => value !== undefined && value !== null;

/**
 * Reads a schedule as APScheduler 3 does: a field that is missing or null is `*` where a less significant one is given,
 * else its least value; with no field at all, each second. The first field that is wrong is named.
 */
export const parseCron = (given: Readonly<Record<string, unknown>>): ParsedCron => {
  const known: readonly string[] = [...CRON_FIELDS, 'start_date', 'end_date'];
  const unknown = Object.keys(given).find((name) => !known.includes(name));
  if (unknown !== undefined)
    return refused(unknown, `${unknown} is no field of a schedule; those are ${known.join(', ')}`);
  const start = parseBound('start_date', given['start_date']);
  if (start.kind === 'refused') return start;
  const end = parseBound('end_date', given['end_date']);
  if (end.kind === 'refused') return end;
  const lastGiven = CRON_FIELDS.findLastIndex((field) => isGiven(given[field]));
  const fields: Record<CronField, readonly Expression[]> = { ...DEFAULTS };
  for (const [index, field] of CRON_FIELDS.entries()) {
    const value = given[field];
    if (isGiven(value)) {
      if (typeof value !== 'string' && typeof value !== 'number')
        return refused(field, `${field} is neither a number nor text`);
      const parsed = parseExpressions(field, String(value));
      if (parsed.kind === 'refused') return refused(field, `${field}: ${parsed.because}`);
      fields[field] = parsed.expressions;
    } else if (index < lastGiven || lastGiven < 0) {
      fields[field] = ALL;
    }
  }
  const bounds: { startDate: BoundDate | null; endDate: BoundDate | null } = {
    startDate: start.date,
    endDate: end.date,
  };
  return { kind: 'ok', cron: { fields, ...bounds } };
};
