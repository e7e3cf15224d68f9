import { setTimeout as sleep } from 'node:timers/promises';
import type { TrackerBooks, TrackerHold } from '../../ledger/tracker-books.ts';

/** A holder that is silent for so long, on the clock of who watches it, is dead. */
const SILENT_MS = 6_000;
/** A holder that could not renew for so long, counted from the asking, stops: before anybody may take over. */
const HELD_MS = 5_000;
const RENEW_MS = 1_500;

export type Lease = {
  /** Fires when it is lost or given up. */
  readonly lost: AbortSignal;
  readonly release: () => Promise<void>;
};

/** Waits until this tracker is `holder`'s alone, among all processes on the ledger. Null when `abort` fired first. */
export async function takeLease(
  ledger: TrackerBooks,
  tracker: string,
  holder: string,
  abort: AbortSignal,
): Promise<Lease | null> {
  let over: TrackerHold | null = null;
  while (!abort.aborted) {
    const askedAtMs = performance.now();
    const now: TrackerHold | null = await ledger.holdTracker({ tracker, holder, over });
    if (now?.holder === holder) return keepLease(ledger, tracker, holder, { askedAtMs, abort });
    over = now;
    await sleep(SILENT_MS, undefined, { signal: abort }).catch(() => undefined);
  }
  return null;
}

function keepLease(
  ledger: TrackerBooks,
  tracker: string,
  holder: string,
  { askedAtMs, abort }: { readonly askedAtMs: number; readonly abort: AbortSignal },
): Lease {
  const over = new AbortController();
  const end = (): void => {
    clearTimeout(deadline);
    clearInterval(renewals);
    abort.removeEventListener('abort', end);
    over.abort();
  };
  const endAt = (sinceMs: number): NodeJS.Timeout => setTimeout(end, sinceMs + HELD_MS - performance.now());
  const renew = async (): Promise<void> => {
    const sinceMs = performance.now();
    const now = await ledger.holdTracker({ tracker, holder, over: null });
    if (over.signal.aborted) return;
    if (now?.holder !== holder) return end();
    clearTimeout(deadline);
    deadline = endAt(sinceMs);
  };
  let deadline = endAt(askedAtMs);
  // A renewal that fails is made up for by the next one, or the deadline ends it.
  const renewals = setInterval(() => void renew().catch(() => undefined), RENEW_MS);
  abort.addEventListener('abort', end);
  if (abort.aborted) end();
  return {
    lost: over.signal,
    release: async () => {
      end();
      // Best effort: without it, the next one waits until this one is silent.
      await ledger.releaseTracker({ tracker, holder }).catch(() => undefined);
    },
  };
}
