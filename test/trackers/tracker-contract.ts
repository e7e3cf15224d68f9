import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import type { Tracker } from '../../activities/trackers/tracker.ts';
import type { TrackerEvent } from '../../model/tracker-event.ts';
import { anEvent } from './builders.ts';

/** A tracker on something real, which the suite can take away from it. */
export type TrackerUnderTest = {
  readonly tracker: Tracker;
  /** A second one on the same receiver, as another process has. */
  readonly another: Tracker;
  /** What the receiver made of the events so far: equal when nothing has changed. */
  readonly state: () => Promise<unknown>;
  /** From now on the receiver is not there. */
  readonly down: () => Promise<void>;
  readonly up: () => Promise<void>;
  /** From now on the receiver takes what it is sent and answers nobody. */
  readonly freeze: () => void;
  readonly thaw: () => void;
  readonly remove: () => Promise<void>;
};

/** What every tracker does. Run it over your own: docs/trackers.md says how. */
export const trackerContract = (open: () => Promise<TrackerUnderTest>) =>
  describe('a tracker', () => {
    let under: TrackerUnderTest;
    beforeEach(async () => {
      under = await open();
    });
    afterEach(async () => {
      await under.tracker.close();
      await under.another.close();
      await under.remove();
    });
    const never = new AbortController().signal;
    const deliver = async (events: readonly TrackerEvent[], tracker = under.tracker): Promise<void> => {
      const batch = tracker.batch ?? 100;
      for (let at = 0; at < events.length; at += batch) await tracker.deliver(events.slice(at, at + batch), never);
    };
    const life = (jobId: string): readonly TrackerEvent[] => [
      anEvent('queued', jobId),
      anEvent('running', jobId),
      anEvent('completed', jobId),
    ];

    it('has applied what it was given once it says so', async () => {
      const before = await under.state();
      await deliver(life('a'));
      const after = await under.state();
      expect(after).not.toEqual(before);
      await deliver([anEvent('deleted', 'a')]);
      expect(await under.state()).not.toEqual(after);
    });

    it('changes nothing when events come again, the last ones or old ones', async () => {
      const events = [...life('a'), ...life('b'), anEvent('deleted', 'a')];
      await deliver(events);
      const after = await under.state();
      for (const again of [events, events.slice(-2), events.slice(0, 2)]) {
        await deliver(again);
        expect(await under.state()).toEqual(after);
      }
    });

    it('changes nothing when another process, late, brings what this one has brought already', async () => {
      const events = [...life('a'), anEvent('deleted', 'a')];
      await deliver(events.slice(0, 2), under.another);
      await deliver(events);
      const after = await under.state();
      await deliver(events.slice(1, 3), under.another);
      expect(await under.state()).toEqual(after);
    });

    it('rejects while its receiver is not there, and takes the same events once it is back', async () => {
      const events = life('a');
      await deliver(events.slice(0, 1));
      await under.down();
      await expect(deliver(events.slice(1))).rejects.toThrow();
      await expect(deliver(events.slice(1))).rejects.toThrow();
      await under.up();
      const before = await under.state();
      await deliver(events.slice(1));
      expect(await under.state()).not.toEqual(before);
    });

    it('lets go of a receiver that hangs when it is told to, and goes on when that answers again', async () => {
      const events = life('a');
      await deliver(events.slice(0, 1));
      under.freeze();
      const startedMs = performance.now();
      const hanging = under.tracker.deliver(events.slice(1, 2), AbortSignal.timeout(300));
      await expect(hanging).rejects.toThrow();
      expect(performance.now() - startedMs).toBeLessThan(5_000);
      under.thaw();
      await deliver(events.slice(1));
      await deliver(events.slice(1));
    });

    it('rejects at once when it was told to before it began, and ends what it does when it is closed', async () => {
      await expect(under.tracker.deliver(life('a').slice(0, 1), AbortSignal.abort())).rejects.toThrow();
      under.freeze();
      const hanging = under.tracker.deliver(life('b').slice(0, 1), AbortSignal.timeout(20_000));
      hanging.catch(() => undefined);
      await new Promise((resolve) => setTimeout(resolve, 200));
      await under.tracker.close();
      await expect(hanging).rejects.toThrow();
      await under.tracker.close();
      under.thaw();
    });
  });
