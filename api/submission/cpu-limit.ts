import type { HostOptions } from '../../model/engine-options.ts';
import { isFalsy } from './options/option.ts';
import { ok, type Parsed, refused } from './parsed.ts';
import { parseCount } from './scalars.ts';

/** The engine's own period, in microseconds. */
const DEFAULT_PERIOD_US = 100_000;

/** The CPU limit in nanocpus, 0 = none: said outright, or as a quota of a period, which the engine takes as the same. */
export const cpuLimit = (nanoCpus: unknown, { CpuQuota, CpuPeriod }: HostOptions): Parsed<number> => {
  const said = isFalsy(nanoCpus) ? ok(0) : parseCount('nano_cpus', nanoCpus);
  if (said.kind === 'refused') return said;
  if (said.value > 0 && (CpuQuota !== undefined || CpuPeriod !== undefined)) {
    return refused('nano_cpus cannot be used together with cpu_quota or cpu_period');
  }
  if (CpuQuota === undefined || CpuQuota < 0) return said;
  return ok(Math.round((CpuQuota / Math.max(CpuPeriod ?? DEFAULT_PERIOD_US, 1)) * 1e9));
};
