import type { ScheduleRun } from '../../ledger/schedule-ledger.ts';
import { parseCron } from '../../scheduling/cron/parse-cron.ts';
import { pastFires } from '../../scheduling/cron/past-fires.ts';
import { unstartedRuns, type UnstartedRun } from '../../scheduling/unstarted-runs.ts';
import type { ScheduleView } from './schedule-view.ts';

/** A run may be on its way for this long after it was due. */
const UNDERWAY_MS = 30_000;

type Unstarted = {
  /** Nothing older is told: its times were others, or what is shown of its runs ends there. */
  readonly unstartedSinceMs: number | null;
  /** Oldest first. Null: Temporal cannot be asked, or its times were changed with Temporal's own tools. */
  readonly unstarted: readonly UnstartedRun[] | null;
};

/** What was due of a schedule and not started. `runs` are its newest ones, all of them if fewer than `limit`. */
export const unstartedOf = (
  { record, described, fields, paused, rules }: ScheduleView,
  runs: readonly ScheduleRun[],
  limit: number,
  nowMs: number,
): Unstarted => {
  const parsed = fields === null ? null : parseCron(fields);
  if (described === null || parsed?.kind !== 'ok') return { unstartedSinceMs: null, unstarted: null };
  const areAll = runs.length < limit;
  const oldestMs = Math.min(...runs.map(({ nominalAtMs }) => nominalAtMs));
  const sinceMs = areAll ? record.timedSinceMs : Math.max(record.timedSinceMs, oldestMs);
  const untilMs = nowMs - UNDERWAY_MS - rules.jitterMs;
  const { fromMs, firesMs } = pastFires(parsed.cron, record.timing.timeZone, { sinceMs, untilMs }, limit);
  const unstarted = unstartedRuns({
    dueMs: firesMs,
    isWhole: areAll && fromMs === record.createdAtMs,
    runs: runs.map(({ nominalAtMs, jobId, uid, state, endedAtMs, atMs }) => ({
      ...{ nominalAtMs, jobId },
      closedAtMs: uid === null || state === null ? atMs : endedAtMs,
    })),
    overlap: rules.overlap,
    pausedSinceMs: paused && record.paused ? record.changedAtMs : null,
    ...{ missed: described.missed, waiting: described.waiting },
  });
  return { unstartedSinceMs: fromMs, unstarted };
};
