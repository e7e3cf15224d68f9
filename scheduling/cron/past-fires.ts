import type { Cron } from './cron.ts';
import { nextFires } from './next-fires.ts';

const LOOKED_AT_MOST = 5_000;

/** The times at which it was due from `fromMs` on, in order: of `count` at most the last ones, fewer where very many lie close together. */
export type PastFires = { readonly fromMs: number; readonly firesMs: readonly number[] };

/** The last `count` times that were due from `sinceMs` up to and with `untilMs`. Looks back further and further. */
export const pastFires = (
  cron: Cron,
  timeZone: string,
  span: { readonly sinceMs: number; readonly untilMs: number },
  count: number,
): PastFires => {
  const { sinceMs, untilMs } = span;
  let found: PastFires = { fromMs: untilMs + 1, firesMs: [] };
  for (let backMs = count * 1000; found.fromMs > sinceMs; backMs *= 4) {
    const fromMs = Math.max(sinceMs, untilMs - backMs);
    const firesMs = nextFires(cron, timeZone, fromMs - 1, LOOKED_AT_MOST).filter((fireMs) => fireMs <= untilMs);
    if (firesMs.length === LOOKED_AT_MOST) break;
    found = { fromMs, firesMs };
    if (firesMs.length >= count) break;
  }
  const lastMs = found.firesMs.slice(-count);
  return lastMs.length === found.firesMs.length ? found : { fromMs: lastMs[0] ?? untilMs, firesMs: lastMs };
};
