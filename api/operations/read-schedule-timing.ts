import type { ScheduleTiming } from '../../ledger/schedule-ledger.ts';
import { cronTexts } from '../../scheduling/cron/cron-texts.ts';
import { parseCron } from '../../scheduling/cron/parse-cron.ts';
import { toTemporalSpec } from '../../scheduling/cron/temporal-spec.ts';

type ReadTiming =
  | { readonly kind: 'ok'; readonly timing: ScheduleTiming }
  | { readonly kind: 'refused'; readonly field: string; readonly because: string };

/** The fields of a schedule as people give them, made into the calendar that Temporal is told. */
export const readScheduleTiming = (fields: Readonly<Record<string, unknown>>, timeZone: string): ReadTiming => {
  const parsed = parseCron(fields);
  if (parsed.kind === 'refused') return parsed;
  const { cron } = parsed;
  return { kind: 'ok', timing: { fields: cronTexts(cron), timeZone, calendar: toTemporalSpec(cron, timeZone) } };
};
