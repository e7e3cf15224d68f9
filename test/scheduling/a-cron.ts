import type { Cron } from '../../scheduling/cron/cron.ts';
import { parseCron } from '../../scheduling/cron/parse-cron.ts';

export const aCron = (given: Readonly<Record<string, unknown>>): Cron => {
  const parsed = parseCron(given);
  if (parsed.kind === 'refused') throw new Error(parsed.because);
  return parsed.cron;
};
