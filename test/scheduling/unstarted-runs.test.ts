import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { pastFires } from '../../scheduling/cron/past-fires.ts';
import { nextFires } from '../../scheduling/cron/next-fires.ts';
import { unstartedRuns, type ScheduleHistory } from '../../scheduling/unstarted-runs.ts';
import { aCron } from './a-cron.ts';

const history = (over: Partial<ScheduleHistory>): ScheduleHistory => ({
  ...{ dueMs: [10, 20, 30, 40], isWhole: true, runs: [], overlap: 'buffer_one' },
  ...{ pausedSinceMs: null, missed: 0, waiting: 0, ...over },
});
const run = (nominalAtMs: number, closedAtMs: number | null) => ({
  nominalAtMs,
  jobId: `r_${nominalAtMs}`,
  closedAtMs,
});
const told = (over: Partial<ScheduleHistory>) => unstartedRuns(history(over)).map(({ dueAtMs, why }) => [dueAtMs, why]);

describe('the times of a schedule that no run came of', () => {
  it('are none where every time was run', () => {
    expect(told({ runs: [10, 20, 30, 40].map((atMs) => run(atMs, atMs + 1)) })).toEqual([]);
  });

  it('were skipped while an earlier run was open, which is named', () => {
    const runs = [run(10, 35), run(40, 41)];
    expect(told({ runs })).toEqual([
      [20, 'overlap'],
      [30, 'overlap'],
    ]);
    expect(unstartedRuns(history({ runs }))[0]?.because).toContain('r_10');
  });

  it('are not told of what still waits for the open run', () => {
    expect(told({ runs: [run(10, null)], waiting: 1 })).toEqual([
      [30, 'overlap'],
      [40, 'overlap'],
    ]);
  });

  it('were paused where Temporal counts no miss, and missed where its count is just theirs', () => {
    const runs = [run(10, 11), run(40, 41)];
    expect(told({ runs, missed: 0 }).map(([, why]) => why)).toEqual(['paused', 'paused']);
    expect(told({ runs, missed: 2 }).map(([, why]) => why)).toEqual(['missed', 'missed']);
  });

  it('are said to be unknown where counts do not tell a pause from a miss', () => {
    const runs = [run(10, 11), run(40, 41)];
    expect(told({ runs, missed: 1 }).map(([, why]) => why)).toEqual(['unknown', 'unknown']);
    expect(told({ runs, missed: 2, isWhole: false }).map(([, why]) => why)).toEqual(['unknown', 'unknown']);
  });

  it('are paused since the pause that is known', () => {
    expect(told({ runs: [run(10, 11)], pausedSinceMs: 25, missed: 1 })).toEqual([
      [20, 'missed'],
      [30, 'paused'],
      [40, 'paused'],
    ]);
  });

  it('blame no open run where the policy lets several run', () => {
    expect(told({ runs: [run(10, null)], overlap: 'allow_all' }).every(([, why]) => why === 'paused')).toBe(true);
  });
});

describe('the last times that were due', () => {
  const untilMs = Date.UTC(2026, 6, 1);

  it('are the last of all since then', () => {
    const crons = [{ second: '*/7' }, { minute: '*/20' }, { hour: 2 }, { month: 1, day: 1 }, { year: 2030 }];
    fc.assert(
      fc.property(
        fc.constantFrom(...crons.map(aCron)),
        fc.integer({ min: 1, max: 50 }),
        fc.integer({ min: 0, max: 3_000_000 }),
        (cron, count, backMs) => {
          const sinceMs = untilMs - backMs;
          const all = nextFires(cron, 'Europe/Berlin', sinceMs - 1, 5_000).filter((fireMs) => fireMs <= untilMs);
          const { fromMs, firesMs } = pastFires(cron, 'Europe/Berlin', { sinceMs, untilMs }, count);
          expect(firesMs).toEqual(all.slice(-count));
          if (all.length < count) expect(fromMs).toBe(sinceMs);
        },
      ),
    );
  });

  it('are fewer, and soon found, where they lie close together in a far past', () => {
    const cron = aCron({ year: 2026, month: 1, second: '*' });
    const found = pastFires(cron, 'UTC', { sinceMs: Date.UTC(2020, 0, 1), untilMs }, 200);
    expect(found.firesMs).toEqual([]);
    expect(found.fromMs).toBeGreaterThan(Date.UTC(2026, 0, 1));
  });
});
