import type { Tracker } from '../../activities/trackers/tracker.ts';
import type { TrackerEvent } from '../../model/tracker-event.ts';

/** A service of the test's own: what came to it from all trackers that stand for it, in the order it came. */
export type Service = {
  readonly came: TrackerEvent[];
  /** `fail`: takes some, then rejects; `hang`: never answers and heeds no signal. */
  mood: 'well' | 'fail' | 'hang';
  readonly tracker: () => Tracker;
};

export const aService = (): Service => {
  const service: Service = {
    came: [],
    mood: 'well',
    tracker: () => ({
      batch: 7,
      async deliver(events) {
        for (const event of events) {
          await new Promise((resolve) => setImmediate(resolve));
          if (service.mood === 'hang') await new Promise(() => undefined);
          if (service.mood === 'fail' && event !== events[0]) throw new Error('is not well');
          service.came.push(event);
        }
        if (service.mood === 'fail') throw new Error('is not well');
      },
      close: () => Promise.resolve(),
    }),
  };
  return service;
};

/** Each once, in the order of its first coming. */
export const firstComings = (events: readonly TrackerEvent[]): readonly TrackerEvent[] => {
  const seen = new Map(events.toReversed().map((event) => [event.id, event]));
  const known = new Set<number>();
  return events.flatMap(({ id }) => {
    if (known.has(id)) return [];
    known.add(id);
    return [seen.get(id) ?? []].flat();
  });
};
