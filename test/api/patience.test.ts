import { ulid } from 'ulid';
import { describe, expect, it } from 'vitest';
import { Patience } from '../../activities/control/patience.ts';
import { jobUidSchema } from '../../model/ids.ts';

const [one, other] = [jobUidSchema.parse(ulid()), jobUidSchema.parse(ulid())];

describe('the patience of the healer', () => {
  it('looks at a job that stays unsettled ever more rarely, and twice a minute at the least', () => {
    const patience = new Patience();
    const waits: (number | null)[] = [];
    let nowMs = 1_000;
    for (let look = 0; look < 7; look += 1) {
      expect(patience.isDue(one, nowMs)).toBe(true);
      patience.noteLeft(one, nowMs);
      const waitMs = patience.untilDueMs(nowMs) ?? 0;
      waits.push(waitMs);
      expect(patience.isDue(one, nowMs + waitMs - 1)).toBe(false);
      nowMs += waitMs;
    }
    expect(waits).toEqual([2_000, 4_000, 8_000, 16_000, 30_000, 30_000, 30_000]);
  });

  it('makes no other job wait, and takes one that was settled for a new one', () => {
    const patience = new Patience();
    patience.noteLeft(one, 0);
    patience.noteLeft(one, 2_000);
    expect(patience.isDue(other, 2_000)).toBe(true);
    patience.noteLeft(other, 2_500);
    expect(patience.untilDueMs(2_500)).toBe(2_000);
    patience.keepOnly(new Set([other]));
    expect(patience.isDue(one, 2_500)).toBe(true);
    patience.noteLeft(one, 3_000);
    expect(patience.isDue(one, 5_000)).toBe(true);
    patience.keepOnly(new Set());
    expect(patience.untilDueMs(5_000)).toBeNull();
  });
});
