import type { TrackerEvent } from '../../model/tracker-event.ts';

/**
 * The port of trackers: something elsewhere that is told what becomes of jobs. One caller at a time, events in the
 * order in which things happened, each at least once: what was delivered may come again, alone or with all that
 * followed it, and must then change nothing that a later event has said since.
 */
export interface Tracker {
  /** How many events it takes at once, at most. Absent: 100. */
  readonly batch?: number;
  /**
   * Resolves when all of them are applied. Rejects otherwise, and is asked again with the same first event after a
   * while, for ever: what must not be tried again has to be let go of here. Rejects soon after `signal` fires.
   */
  deliver(events: readonly TrackerEvent[], signal: AbortSignal): Promise<void>;
  /** Nothing is delivered after this. */
  close(): Promise<void>;
}

export type NamedTracker = { readonly name: string; readonly tracker: Tracker };
