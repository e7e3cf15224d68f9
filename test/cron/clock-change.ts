import { stretchAt } from '../../scheduling/cron/zone.ts';
import type { CronQuestion } from './generated-crons.ts';

const DAY_MS = 86_400_000;

/** By how much the zone's clock was last put forward between two instants; 0: it was not. */
const putForwardMs = (zone: string, fromMs: number, toMs: number): number => {
  for (let stretch = stretchAt(zone, toMs); stretch.fromMs > fromMs; stretch = stretchAt(zone, stretch.fromMs - 1)) {
    const forwardMs = stretch.offsetMs - stretchAt(zone, stretch.fromMs - 1).offsetMs;
    if (forwardMs > 0) return forwardMs;
  }
  return 0;
};

/**
 * APScheduler steps from one day, month or year to the next by the hours between them, and so begins too late after the
 * clock was put forward meanwhile: it loses what is due in the first hour of such a day. And of the times that the clock
 * left out it finds at most the first, where it does not step over that too. We lose neither.
 */
const isLostByThem = (zone: string, fireMs: number, theirLastMs: number): boolean => {
  const { offsetMs, fromMs } = stretchAt(zone, fireMs);
  const isLeftOut = fireMs - fromMs < offsetMs - stretchAt(zone, fromMs - 1).offsetMs;
  return isLeftOut || (fireMs + offsetMs) % DAY_MS < putForwardMs(zone, theirLastMs, fireMs);
};

/** Fire times that only one of us knows, but for those that APScheduler is known to lose. */
export const unexplained = (
  { zone, after }: CronQuestion,
  ours: readonly number[],
  theirs: readonly number[],
  count: number,
): readonly string[] => {
  const untilMs = theirs.length < count ? Infinity : Math.max(...theirs);
  const theirsOnly = theirs.filter((fireMs) => !ours.includes(fireMs));
  const oursOnly = ours.filter((fireMs) => fireMs <= untilMs && !theirs.includes(fireMs));
  const notLost = oursOnly.filter((fireMs) => {
    const before = theirs.filter((other) => other < fireMs);
    return !isLostByThem(zone, fireMs, Math.max(after, ...before));
  });
  const text = (whose: string) => (fireMs: number) => `${whose} ${new Date(fireMs).toISOString()}`;
  return [...theirsOnly.map(text('theirs')), ...notLost.map(text('ours'))];
};
