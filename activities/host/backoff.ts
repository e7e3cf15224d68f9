import { setTimeout as sleep } from 'node:timers/promises';

const FIRST_MS = 50;
const LONGEST_MS = 1_000;

export type Backoff = {
  /** Waits twice as long as the last time, at most a second. Rejects when `abort` fires. */
  wait(abort: AbortSignal): Promise<void>;
  reset(): void;
};

export const createBackoff = (): Backoff => {
  let nextMs = FIRST_MS;
  return {
    async wait(abort) {
      await sleep(nextMs, undefined, { signal: abort });
      nextMs = Math.min(nextMs * 2, LONGEST_MS);
    },
    reset() {
      nextMs = FIRST_MS;
    },
  };
};
