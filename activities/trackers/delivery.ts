import type { TrackerEvent } from '../../model/tracker-event.ts';
import { within } from '../within.ts';
import type { Tracker } from './tracker.ts';

/** How long one call may take before it counts as failed. */
const CALL_MS = 30_000;

/** Calls a tracker one call at a time: one that does not heed its signal is waited for before it is asked again. */
export class Delivery {
  readonly #tracker: Tracker;
  #last: Promise<unknown> = Promise.resolve();

  constructor(tracker: Tracker) {
    this.#tracker = tracker;
  }

  /** Rejects when the tracker did, when it took too long, or when `abort` fired. */
  async deliver(events: readonly TrackerEvent[], abort: AbortSignal): Promise<void> {
    await unlessAborted(this.#last, abort);
    await within(CALL_MS, abort, async (over) => {
      const call = Promise.resolve(this.#tracker.deliver(events, over));
      this.#last = call.catch(() => undefined);
      await unlessAborted(call, over);
    });
  }
}

async function unlessAborted(work: Promise<unknown>, signal: AbortSignal): Promise<void> {
  signal.throwIfAborted();
  let onAbort = (): void => undefined;
  const aborted = new Promise<never>((_resolve, reject) => {
    onAbort = () => reject(signal.reason instanceof Error ? signal.reason : new Error(String(signal.reason)));
    signal.addEventListener('abort', onAbort);
  });
  try {
    await Promise.race([work, aborted]);
  } finally {
    signal.removeEventListener('abort', onAbort);
  }
}
