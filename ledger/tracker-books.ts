import type { TrackerEvent } from '../model/tracker-event.ts';

/** Who delivers to a tracker, and its last sign of life. */
export type TrackerHold = { readonly holder: string; readonly beat: number };

/** The ledger's part that trackers are served from. Events are kept by the verbs whose changes they tell of. */
export interface TrackerBooks {
  /**
   * From now on these are told what happens. `only`: all others are forgotten. `ledgerId` is kept if the ledger has
   * none yet.
   */
  registerTrackers(input: {
    readonly names: readonly string[];
    readonly only: boolean;
    readonly ledgerId: string;
  }): Promise<void>;
  /**
   * A sign of life of the tracker's holder, or the wish to become it: granted when there is none, or when `over` is
   * still its last sign of life. Answers who holds it now; null: no such tracker is registered.
   */
  holdTracker(input: {
    readonly tracker: string;
    readonly holder: string;
    readonly over: TrackerHold | null;
  }): Promise<TrackerHold | null>;
  releaseTracker(input: { readonly tracker: string; readonly holder: string }): Promise<void>;
  /** The tracker has every event up to that one. What all have is deleted. */
  advanceTracker(input: { readonly tracker: string; readonly deliveredId: number }): Promise<void>;
  /** What the tracker has not got yet, oldest first. */
  trackerEvents(input: { readonly tracker: string; readonly limit: number }): Promise<readonly TrackerEvent[]>;
}
