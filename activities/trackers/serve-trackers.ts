import { setTimeout as sleep } from 'node:timers/promises';
import type { Logger } from 'pino';
import { ulid } from 'ulid';
import type { Ledger } from '../../ledger/ledger.ts';
import type { TrackerBooks } from '../../ledger/tracker-books.ts';
import type { TrackerEvent } from '../../model/tracker-event.ts';
import { Wake } from '../control/wake.ts';
import { Delivery } from './delivery.ts';
import { takeLease } from './lease.ts';
import type { NamedTracker } from './tracker.ts';

/** Bounds what is held in memory for one tracker. */
const PAGE = 200;
const BATCH = 100;
const TICK_MS = 5_000;
const RETRY_MS = { first: 250, most: 10_000 };
/** How much is delivered again, at most, after a kill. */
const BOOK_MS = 1_000;

export type TrackerDeps = {
  readonly ledger: TrackerBooks & Pick<Ledger, 'subscribe'>;
  readonly logger: Logger;
};

/**
 * Delivers the ledger's events to every tracker until `abort` fires: each by one process at a time, in order, again and
 * again until it has them. A tracker that is down or hangs holds up nothing but itself; its events wait in the ledger.
 */
export async function serveTrackers(
  deps: TrackerDeps,
  trackers: readonly NamedTracker[],
  abort: AbortSignal,
): Promise<void> {
  await Promise.all(trackers.map((tracker) => serveTracker(deps, tracker, abort)));
}

async function serveTracker(deps: TrackerDeps, { name, tracker }: NamedTracker, abort: AbortSignal): Promise<void> {
  const delivery = new Delivery(tracker);
  const holder = ulid();
  const wake = new Wake((listener) => deps.ledger.subscribe(listener), 'trackers', abort);
  const line = new Line(deps, { name, delivery, batch: tracker.batch ?? BATCH });
  while (!abort.aborted) {
    try {
      const lease = await takeLease(deps.ledger, name, holder, abort);
      if (lease === null) return;
      try {
        while (!lease.lost.aborted) {
          if ((await line.deliverPage(lease.lost)) === 'empty') await wake.next(TICK_MS);
        }
      } finally {
        await lease.release();
      }
    } catch (error) {
      deps.logger.warn({ err: error, tracker: name }, 'the ledger could not be asked for events; trying again');
      await pause(RETRY_MS.first, abort);
    }
  }
}

/** One tracker's events, oldest first. */
class Line {
  readonly #deps: TrackerDeps;
  readonly #to: { readonly name: string; readonly delivery: Delivery; readonly batch: number };
  #tries = 0;

  constructor(deps: TrackerDeps, to: { readonly name: string; readonly delivery: Delivery; readonly batch: number }) {
    this.#deps = deps;
    this.#to = to;
  }

  /** Rejects only when the ledger does. */
  async deliverPage(abort: AbortSignal): Promise<'empty' | 'tried'> {
    const { name, batch } = this.#to;
    const page = await this.#deps.ledger.trackerEvents({ tracker: name, limit: PAGE });
    let delivered: TrackerEvent | undefined;
    let bookedAtMs = performance.now();
    for (let at = 0; at < page.length; at += batch) {
      const events = page.slice(at, at + batch);
      const failure = await this.#failureOf(events, abort);
      if (failure !== null) {
        await this.#book(delivered);
        await this.#rest(failure, events[0], abort);
        return 'tried';
      }
      delivered = events.at(-1);
      if (performance.now() - bookedAtMs < BOOK_MS) continue;
      await this.#book(delivered);
      bookedAtMs = performance.now();
    }
    await this.#book(delivered);
    return page.length === 0 ? 'empty' : 'tried';
  }

  async #failureOf(events: readonly TrackerEvent[], abort: AbortSignal): Promise<{ readonly error: unknown } | null> {
    try {
      await this.#to.delivery.deliver(events, abort);
    } catch (error) {
      return { error };
    }
    if (this.#tries > 0) this.#deps.logger.info({ tracker: this.#to.name, tries: this.#tries }, 'delivers again');
    this.#tries = 0;
    return null;
  }

  async #book(delivered: TrackerEvent | undefined): Promise<void> {
    if (delivered === undefined) return;
    await this.#deps.ledger.advanceTracker({ tracker: this.#to.name, deliveredId: delivered.id });
  }

  async #rest(
    failure: { readonly error: unknown },
    first: TrackerEvent | undefined,
    abort: AbortSignal,
  ): Promise<void> {
    if (abort.aborted) return;
    const pauseMs = Math.min(RETRY_MS.first * 2 ** this.#tries, RETRY_MS.most);
    this.#tries += 1;
    this.#deps.logger.warn(
      { err: failure.error, tracker: this.#to.name, tries: this.#tries, event: first?.id, pauseMs },
      'a tracker did not take its events; they wait, and it is tried again',
    );
    await pause(pauseMs, abort);
  }
}

const pause = (ms: number, abort: AbortSignal): Promise<void> =>
  sleep(ms, undefined, { signal: abort }).catch(() => undefined);
