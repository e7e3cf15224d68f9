import { clockMsAt, isRepeated } from './zone.ts';

/**
 * What tells a schedule's runs apart: `20261025_023000` by the zone's clock. Where the clock was put back and shows the
 * time again, `_2` follows: both runs have a name of their own.
 */
export const runSuffix = (timeZone: string, fireMs: number): string => {
  const text = new Date(clockMsAt(timeZone, fireMs)).toISOString();
  const digits = text.slice(0, 19).replaceAll(/[-:]/g, '').replace('T', '_');
  return isRepeated(timeZone, fireMs) ? `${digits}_2` : digits;
};
