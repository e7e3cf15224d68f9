import { beforeEach, describe, expect, it } from 'vitest';
import type { TrackerEvent } from '../../../model/tracker-event.ts';
import {
  aClaimedJob,
  aHello,
  aJobId,
  anAdmission,
  anEntry,
  anExit,
  aQueuedJob,
  failed,
  place,
  POOL,
  progress,
  ROLE,
  RUN,
  succeeded,
} from '../builders.ts';
import { aFiring, aKnownSchedule } from '../schedule-builders.ts';
import type { OpenedLedger, OpenLedger } from './opened-ledger.ts';

export const trackerContract = (open: OpenLedger) =>
  describe('tracker events', () => {
    let opened: OpenedLedger;
    beforeEach(async () => {
      opened = await open();
      await opened.ledger.registerTrackers({ names: ['one'], only: true, ledgerId: 'this' });
    });
    const eventsOf = (tracker = 'one'): Promise<readonly TrackerEvent[]> =>
      opened.ledger.trackerEvents({ tracker, limit: 1_000 });
    const kinds = async (tracker?: string): Promise<readonly string[]> =>
      (await eventsOf(tracker)).map(({ jobId, kind }) => `${jobId} ${kind}`);

    it('tell a job’s whole way, each complete in itself and in order', async () => {
      const { ledger, clock } = opened;
      await ledger.hello(aHello());
      const admittedAtMs = clock.nowMs;
      const uid = await aQueuedJob(ledger, 'whole', { metadata: { metadata: { monitor_name: 'nightly' } } });
      const { placement } = await place(ledger, uid);
      const replica = { uid, jobId: aJobId('whole'), role: ROLE, replica: 0, attempt: 1, epoch: placement.epoch };
      const atMs = (clock.nowMs += 1_000);
      const notice = { kind: 'started', replica, containerId: 'c', atMs } as const;
      await ledger.report({ notices: [notice] });
      await ledger.report({ notices: [notice] });
      await ledger.record(anEntry(uid, 1, progress('running')));
      clock.nowMs += 1_000;
      await ledger.record(anEntry(uid, 2, { kind: 'outcome', outcome: failed }));
      await ledger.record(anEntry(uid, 3, { kind: 'outcome', outcome: succeeded }));
      const events = await eventsOf();
      expect(events.map(({ kind }) => kind)).toEqual(['queued', 'running', 'failed']);
      expect(events[2]).toMatchObject({
        ...{ ledger: 'this', uid, jobId: 'whole', project: 'vision', owner: 'ada', monitorName: 'nightly', attempt: 1 },
        ...{ admittedAtMs, startedAtMs: atMs, endedAtMs: clock.nowMs, atMs: clock.nowMs, exitCode: 3 },
        ...{ reason: 'exit_nonzero', sentence: 'exit code 3' },
      });
      expect(events[0]).toMatchObject({ startedAtMs: null, endedAtMs: null, exitCode: null });
      const ids = events.map(({ id }) => id);
      expect(ids).toEqual([...new Set(ids)].toSorted((a, b) => a - b));
    });

    it('take when a job began from its exit where nothing else told it', async () => {
      const { ledger } = opened;
      const { uid } = await aClaimedJob(ledger, 'quick');
      await ledger.record(anEntry(uid, 1, { kind: 'outcome', outcome: succeeded }));
      expect((await eventsOf()).at(-1)).toMatchObject({ kind: 'completed', startedAtMs: anExit().startedAtMs });
    });

    it('tell that a job waits again, with its new attempt', async () => {
      const { ledger } = opened;
      const { uid } = await aClaimedJob(ledger, 'again');
      await ledger.record(anEntry(uid, 1, progress('running')));
      const again = { kind: 'requeue', attempt: 2, reason: 'retry_scheduled', sentence: 'tries again' } as const;
      await ledger.record(anEntry(uid, 2, again));
      expect((await eventsOf()).map(({ kind, attempt }) => [kind, attempt])).toEqual([
        ['queued', 1],
        ['running', 1],
        ['queued', 2],
      ]);
      expect((await eventsOf()).at(-1)).toMatchObject({ startedAtMs: null });
    });

    it('tell of what is cancelled, deleted or cleared from the queue, and of nothing that never was in it', async () => {
      const { ledger } = opened;
      const unstarted = anAdmission('unstarted');
      await ledger.admit(unstarted);
      await ledger.withdraw(unstarted);
      for (const name of ['a', 'b', 'c']) await aQueuedJob(ledger, name);
      await ledger.admit(anAdmission('unconfirmed'));
      await ledger.requestCancel({ jobId: aJobId('a'), graceSec: null, signal: null, because: 'test' });
      await ledger.removeQueued({ pool: POOL, target: { kind: 'position', position: 0 }, because: 'test' });
      await ledger.clearQueue({ pool: POOL, because: 'test' });
      expect((await kinds()).slice(3)).toEqual(['a cancelled', 'b deleted', 'c deleted']);
    });

    it('tell nothing more of a deleted job, whatever its workflow still records', async () => {
      const { ledger } = opened;
      const uid = await aQueuedJob(ledger, 'gone');
      await ledger.clearQueue({ pool: POOL, because: 'test' });
      const outcome = { ...failed, state: 'cancelled', reason: 'cancelled_by_request', exit: null } as const;
      await ledger.record(anEntry(uid, 1, { kind: 'outcome', outcome }));
      expect(await kinds()).toEqual(['gone queued', 'gone deleted']);
    });

    it('say again how a job ended whose id comes back to it', async () => {
      const { ledger } = opened;
      const first = await aQueuedJob(ledger, 'back');
      await ledger.record(anEntry(first, 1, { kind: 'outcome', outcome: succeeded }));
      const second = await aQueuedJob(ledger, 'back');
      await ledger.removeQueued({ pool: POOL, target: { kind: 'job', jobId: aJobId('back') }, because: 'test' });
      expect((await eventsOf()).map(({ uid, kind }) => [uid, kind])).toEqual([
        [first, 'queued'],
        [first, 'completed'],
        [second, 'queued'],
        [second, 'deleted'],
        [first, 'completed'],
      ]);
    });

    it('name the monitor that a run of a schedule belongs to, for its whole way', async () => {
      const { ledger, clock } = opened;
      const metadata = { metadata: { project_name: 'vision', monitor_name: 'nightly' }, gpu_spec: {} };
      const firing = aFiring(await aKnownSchedule(ledger, 'watch', { metadata }), clock.nowMs);
      const run = await ledger.admitScheduled(firing);
      if (run.kind !== 'admitted') throw new Error(`the run is ${run.kind}`);
      await ledger.openRun({ uid: firing.uid, runId: RUN });
      await ledger.record(anEntry(firing.uid, 1, { kind: 'outcome', outcome: succeeded }));
      const { jobId } = run.input;
      expect(await eventsOf()).toMatchObject([
        { kind: 'queued', jobId, monitorName: 'nightly', project: 'vision' },
        { kind: 'completed', jobId, monitorName: 'nightly' },
      ]);
    });

    it('are one for each of 200 jobs confirmed at once, and the clock may go back meanwhile', async () => {
      const { ledger, clock } = opened;
      await Promise.all(
        Array.from({ length: 200 }, async (_, index) => {
          const admission = anAdmission(`job-${index}`);
          await ledger.admit(admission);
          clock.nowMs -= 1;
          await ledger.confirmStarted(admission);
        }),
      );
      const events = await eventsOf();
      expect(new Set(events.map(({ jobId }) => jobId)).size).toBe(200);
      expect(new Set(events.map(({ id }) => id)).size).toBe(200);
    });

    it('stay until every tracker has them, and no tracker is taken back', async () => {
      const { ledger } = opened;
      await aQueuedJob(ledger, 'early');
      await ledger.registerTrackers({ names: ['two'], only: false, ledgerId: 'another' });
      await aQueuedJob(ledger, 'late');
      expect(await kinds('one')).toEqual(['early queued', 'late queued']);
      expect(await kinds('two')).toEqual(['late queued']);
      const [early, late] = (await eventsOf()).map(({ id }) => id);
      await ledger.advanceTracker({ tracker: 'one', deliveredId: late ?? 0 });
      await ledger.advanceTracker({ tracker: 'one', deliveredId: early ?? 0 });
      expect(await kinds('one')).toEqual([]);
      expect(await eventsOf('two')).toMatchObject([{ jobId: 'late', ledger: 'this' }]);
      await ledger.registerTrackers({ names: ['one'], only: true, ledgerId: 'this' });
      await ledger.registerTrackers({ names: ['one', 'two'], only: true, ledgerId: 'this' });
      expect(await kinds('two')).toEqual([]);
    });

    it('are not kept for nobody', async () => {
      const { ledger } = opened;
      await aQueuedJob(ledger, 'told');
      await ledger.registerTrackers({ names: [], only: true, ledgerId: 'this' });
      await aQueuedJob(ledger, 'untold');
      await ledger.registerTrackers({ names: ['one'], only: true, ledgerId: 'this' });
      expect(await kinds()).toEqual([]);
      await aQueuedJob(ledger, 'new');
      expect(await kinds()).toEqual(['new queued']);
    });

    it('have one holder per tracker: taken over when it is silent, given up when it says so', async () => {
      const { ledger } = opened;
      const hold = (holder: string, over: Awaited<ReturnType<typeof ledger.holdTracker>> = null) =>
        ledger.holdTracker({ tracker: 'one', holder, over });
      expect(await hold('a')).toMatchObject({ holder: 'a' });
      const seen = await hold('b');
      expect(seen).toMatchObject({ holder: 'a' });
      const alive = await hold('a');
      expect(await hold('b', seen)).toEqual(alive);
      expect(await hold('b', alive)).toMatchObject({ holder: 'b' });
      expect(await hold('c', alive)).toMatchObject({ holder: 'b' });
      await ledger.releaseTracker({ tracker: 'one', holder: 'a' });
      expect(await hold('c')).toMatchObject({ holder: 'b' });
      await ledger.releaseTracker({ tracker: 'one', holder: 'b' });
      expect(await hold('c')).toMatchObject({ holder: 'c' });
      expect(await ledger.holdTracker({ tracker: 'unknown', holder: 'a', over: null })).toBeNull();
    });
  });
