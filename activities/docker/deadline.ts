import type { RunLimit } from './journal.ts';

/** Node's timers count to 2^31 ms. */
const LONGEST_TIMER_MS = 2 ** 31 - 1;

export type Deadline = {
  /** Sets or changes the limit; it counts from the container's start. */
  limit(limit: RunLimit): void;
  clear(): void;
};

/** Calls `onPassed` once, when the run time counted from `startedAtMs` is over; at once when it is over already. */
export const createDeadline = (startedAtMs: number, onPassed: (limit: RunLimit) => void): Deadline => {
  let timer: NodeJS.Timeout | undefined;
  let passed = false;

  const arm = (limit: RunLimit): void => {
    clearTimeout(timer);
    if (passed || limit.runTimeoutSec === null) return;
    const remainingMs = startedAtMs + limit.runTimeoutSec * 1000 - Date.now();
    if (remainingMs > 0) {
      timer = setTimeout(() => arm(limit), Math.min(remainingMs, LONGEST_TIMER_MS));
      return;
    }
    passed = true;
    onPassed(limit);
  };

  return { limit: arm, clear: () => clearTimeout(timer) };
};
