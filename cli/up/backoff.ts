const FIRST_MS = 250;
const LONGEST_MS = 5_000;
const HEALTHY_LIFE_MS = 30_000;

/**
 * How long to wait before a child that ended after `livedMs` is started again; `lastMs` was the wait before that life,
 * 0 for none. Short at first, because a killed part's jobs wait for it; longer for one that ends again and again.
 */
export const nextWaitMs = (lastMs: number, livedMs: number): number =>
  lastMs === 0 || livedMs >= HEALTHY_LIFE_MS ? FIRST_MS : Math.min(lastMs * 2, LONGEST_MS);
