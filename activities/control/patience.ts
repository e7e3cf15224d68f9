import type { JobUid } from '../../model/ids.ts';

const FIRST_WAIT_MS = 2_000;
/** As often as everything else is compared while nothing changes. */
const LONGEST_WAIT_MS = 30_000;

/**
 * When a job that could not be settled is looked at again: soon at first, and ever more rarely while nothing comes of
 * it. Some wait for a container that may run for days. Times are of one monotonic clock.
 */
export class Patience {
  readonly #waiting = new Map<JobUid, { readonly dueAtMs: number; readonly waitMs: number }>();

  isDue(uid: JobUid, nowMs: number): boolean {
    return (this.#waiting.get(uid)?.dueAtMs ?? nowMs) <= nowMs;
  }

  /** It was looked at, and is not settled. */
  noteLeft(uid: JobUid, nowMs: number): void {
    const before = this.#waiting.get(uid);
    const waitMs = before === undefined ? FIRST_WAIT_MS : Math.min(before.waitMs * 2, LONGEST_WAIT_MS);
    this.#waiting.set(uid, { dueAtMs: nowMs + waitMs, waitMs });
  }

  /** All others are settled: should one of them come again, it counts as new. */
  keepOnly(left: ReadonlySet<JobUid>): void {
    for (const uid of this.#waiting.keys()) if (!left.has(uid)) this.#waiting.delete(uid);
  }

  /** Until the first one is due; null: none waits. */
  untilDueMs(nowMs: number): number | null {
    const due = [...this.#waiting.values()].map(({ dueAtMs }) => dueAtMs);
    return due.length === 0 ? null : Math.max(0, Math.min(...due) - nowMs);
  }
}
