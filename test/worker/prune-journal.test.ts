import { afterEach, beforeEach, expect, it, vi } from 'vitest';
import { pruneDaily } from '../../worker/host/prune-journal.ts';

const DAY_MS = 24 * 3600 * 1000;

beforeEach(() => {
  vi.useFakeTimers({ now: 0 });
});
afterEach(() => {
  vi.useRealTimers();
});

it('forgets what is old in the journal at the start and each day, also after a day on which it could not', () => {
  const pruned: number[] = [];
  const warned: string[] = [];
  const journal = {
    prune(nowMs: number) {
      pruned.push(nowMs / DAY_MS);
      if (nowMs === DAY_MS) throw new Error('disk full');
    },
  };
  const stop = pruneDaily(journal, { info: () => undefined, warn: (_fields, words) => void warned.push(words) });
  vi.advanceTimersByTime(2.5 * DAY_MS);
  expect(pruned).toEqual([0, 1, 2]);
  expect(warned).toHaveLength(1);
  stop();
  vi.advanceTimersByTime(5 * DAY_MS);
  expect(pruned).toHaveLength(3);
});
