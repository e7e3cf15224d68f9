import type { OverlapPolicy } from '../model/schedule.ts';

/** A time that was due and of which no run came. */
export type UnstartedRun = {
  readonly dueAtMs: number;
  /** `unknown`: Temporal keeps no more than counts, and here they do not tell a miss from a pause. */
  readonly why: 'overlap' | 'missed' | 'paused' | 'unknown';
  readonly because: string;
};

export type SeenRun = {
  readonly nominalAtMs: number;
  readonly jobId: string;
  /** Null: it is open. */
  readonly closedAtMs: number | null;
};

export type ScheduleHistory = {
  readonly dueMs: readonly number[];
  /** Whether `dueMs` and `runs` reach back to the schedule's beginning, as `missed` does. */
  readonly isWhole: boolean;
  readonly runs: readonly SeenRun[];
  readonly overlap: OverlapPolicy;
  /** Null: it is not paused, or nobody knows since when. */
  readonly pausedSinceMs: number | null;
  /** Temporal's counts since the schedule was made. */
  readonly missed: number;
  readonly waiting: number;
};

const letsNoneBeside = (overlap: OverlapPolicy): boolean => {
  switch (overlap) {
    case 'skip':
    case 'buffer_one':
    case 'buffer_all':
      return true;
    case 'cancel_other':
    case 'terminate_other':
    case 'allow_all':
      return false;
  }
};

/**
 * Which times were due without a run, and why as far as that can be told afterwards: Temporal counts what it did not
 * start, and keeps neither the times nor when the schedule was paused. What waits for an earlier run is not among them.
 */
export const unstartedRuns = (history: ScheduleHistory): readonly UnstartedRun[] => {
  const { dueMs, runs, pausedSinceMs, missed } = history;
  const started = new Set(runs.map(({ nominalAtMs }) => nominalAtMs));
  const openAt = (atMs: number): SeenRun | undefined =>
    letsNoneBeside(history.overlap)
      ? runs.find(({ nominalAtMs, closedAtMs }) => nominalAtMs < atMs && (closedAtMs === null || atMs < closedAtMs))
      : undefined;
  const isWaiting = waitingAmong(history);
  const unstarted = dueMs.filter((atMs) => !started.has(atMs) && !isWaiting(atMs));
  const isPaused = (atMs: number): boolean => pausedSinceMs !== null && atMs >= pausedSinceMs;
  const unexplained = unstarted.filter((atMs) => !isPaused(atMs) && openAt(atMs) === undefined).length;
  return unstarted.map((dueAtMs): UnstartedRun => {
    if (isPaused(dueAtMs)) return { dueAtMs, why: 'paused', because: 'the schedule was paused' };
    const open = openAt(dueAtMs);
    if (open !== undefined) {
      return {
        dueAtMs,
        why: 'overlap',
        because: `${open.jobId} was open, and the overlap policy lets none run beside it`,
      };
    }
    if (missed === 0) {
      return { dueAtMs, why: 'paused', because: 'the schedule was paused: Temporal counts no run that it missed' };
    }
    if (history.isWhole && missed === unexplained) {
      const because = 'nothing could start it before the catch-up window was over (Temporal was down)';
      return { dueAtMs, why: 'missed', because };
    }
    const because = `the schedule was paused then, or this is one of the ${missed} that Temporal counts as missed`;
    return { dueAtMs, why: 'unknown', because };
  });
};

/** The first ones due since the open run began, as many as Temporal says that wait. */
function waitingAmong({ dueMs, runs, waiting }: ScheduleHistory): (atMs: number) => boolean {
  const openMs = runs.filter(({ closedAtMs }) => closedAtMs === null).map(({ nominalAtMs }) => nominalAtMs);
  if (openMs.length === 0) return () => false;
  const sinceMs = Math.max(...openMs);
  const waitingMs = new Set(dueMs.filter((atMs) => atMs > sinceMs).slice(0, waiting));
  return (atMs) => waitingMs.has(atMs);
}
