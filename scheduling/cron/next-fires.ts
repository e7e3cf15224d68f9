import { boundsOf } from './bounds.ts';
import type { Cron } from './cron.ts';
import { FIRING_YEARS } from './field-range.ts';
import { clockTimesOf, type ClockTimes } from './matching-clock-times.ts';
import { stretchAt } from './zone.ts';

const LAST_MS = Date.UTC(FIRING_YEARS.greatest + 1, 0, 2);

/** Both in order; what is in both comes once. */
function* merged(left: Iterator<number, void>, right: Iterator<number, void>): Generator<number, void> {
  let [one, other] = [left.next(), right.next()];
  while (one.done !== true || other.done !== true) {
    const least = Math.min(one.done === true ? Infinity : one.value, other.done === true ? Infinity : other.value);
    yield least;
    if (one.done !== true && one.value === least) one = left.next();
    if (other.done !== true && other.value === least) other = right.next();
  }
}

function* shifted(clockTimes: Generator<number, void>, offsetMs: number): Generator<number, void> {
  for (const clockMs of clockTimes) yield clockMs - offsetMs;
}

/**
 * A clock that is put back shows some times twice: both fire. One that is put forward leaves some out: these fire as
 * much later as it was put forward, so that no run is lost.
 */
function* fires(clockTimes: ClockTimes, timeZone: string, fromMs: number, endMs: number): Generator<number, void> {
  for (let atMs = fromMs; atMs < endMs;) {
    const stretch = stretchAt(timeZone, atMs);
    const { fromMs: changeMs, offsetMs } = stretch;
    const toMs = Math.min(stretch.toMs, endMs);
    const offsetBeforeMs = stretchAt(timeZone, changeMs - 1).offsetMs;
    const shown = shifted(clockTimes(atMs + offsetMs, toMs + offsetMs), offsetMs);
    const leftOut = shifted(
      clockTimes(atMs + offsetBeforeMs, Math.min(changeMs + offsetMs, toMs + offsetBeforeMs)),
      offsetBeforeMs,
    );
    yield* merged(shown, leftOut);
    atMs = toMs;
  }
}

/** All that a cron fires from `fromMs` up to but without `endMs`, whatever its start and end are. */
export const firesBetween = (cron: Cron, timeZone: string, fromMs: number, endMs: number): readonly number[] => [
  ...fires(clockTimesOf(cron), timeZone, fromMs, endMs),
];

/** Up to `count` fire times after `afterMs`, in order; fewer when the schedule ends. All are whole seconds. */
export const nextFires = (cron: Cron, timeZone: string, afterMs: number, count: number): readonly number[] => {
  const { startAtMs, endAtMs } = boundsOf(cron, timeZone);
  const found: number[] = [];
  if (count <= 0) return found;
  const fromMs = Math.max(afterMs + 1, startAtMs ?? -Infinity, Date.UTC(FIRING_YEARS.least, 0, 1));
  for (const fireMs of fires(clockTimesOf(cron), timeZone, fromMs, LAST_MS)) {
    if (endAtMs !== null && fireMs > endAtMs) break;
    found.push(fireMs);
    if (found.length >= count) break;
  }
  return found;
};
