import { beforeEach, describe, expect, it } from 'vitest';
import {
  aClaimedJob,
  aHello,
  aJobId,
  anAdmission,
  anEntry,
  anExit,
  aQueuedJob,
  aUid,
  failed,
  listed,
  place,
  POOL,
  progress,
  proof,
  ROLE,
  RUN,
  stateOf,
  succeeded,
} from '../builders.ts';
import type { OpenedLedger, OpenLedger } from './opened-ledger.ts';

const cancelOf = (jobId: string) => ({
  jobId: aJobId(jobId),
  graceSec: 3,
  signal: 'SIGINT',
  because: 'changed my mind',
});

export const runContract = (open: OpenLedger) =>
  describe('runs and records', () => {
    let opened: OpenedLedger;
    beforeEach(async () => {
      opened = await open();
    });

    it('lets a run do nothing for a job it does not know', async () => {
      expect(await opened.ledger.openRun({ uid: aUid(), runId: RUN })).toEqual({ kind: 'absent' });
    });

    it('confirms the start when the first run opens', async () => {
      const { ledger, clock } = opened;
      const admission = anAdmission('opened');
      await ledger.admit(admission);
      const go = { kind: 'go', attempt: 1, placement: null, exit: null };
      expect(await ledger.openRun({ uid: admission.uid, runId: RUN })).toEqual(go);
      expect(await ledger.openRun({ uid: admission.uid, runId: RUN })).toEqual(go);
      expect(await ledger.withdraw(admission)).toEqual({ kind: 'started' });
      clock.nowMs += 10_000;
      expect(await ledger.takeOutbox({ limit: 10, leaseMs: 1 })).toEqual([]);
    });

    it('gives a reset run what the first one holds, and refuses the first one from then on', async () => {
      const { ledger } = opened;
      const signal = await aClaimedJob(ledger, 'reset');
      const { uid, placement } = signal;
      expect(await ledger.openRun({ uid, runId: 'run-2' })).toMatchObject({ kind: 'go', attempt: 1, placement });
      const epoch = placement.epoch;
      expect(await ledger.claim({ uid, runId: 'run-2', epoch })).toEqual({ kind: 'claimed' });
      expect(await ledger.claim({ uid, runId: RUN, epoch })).toEqual({ kind: 'superseded' });
      expect(await ledger.openRun({ uid, runId: RUN })).toEqual({ kind: 'superseded' });
      const late = anEntry(uid, 9, { kind: 'outcome', outcome: failed }, { release: proof(signal, 'exited') });
      expect(await ledger.record(late)).toEqual({ kind: 'superseded' });
      expect(await stateOf(ledger, uid)).toBe('preparing');
      expect((await ledger.leftovers({ uid })).held).toHaveLength(1);
    });

    it('gives a reset run the exit its host reported when the placement was released before the outcome', async () => {
      const { ledger } = opened;
      const signal = await aClaimedJob(ledger, 'between');
      const { uid } = signal;
      const replica = {
        uid,
        jobId: aJobId('between'),
        role: ROLE,
        replica: 0,
        attempt: 1,
        epoch: signal.placement.epoch,
      };
      await ledger.report({ notices: [{ kind: 'exited', replica, exit: anExit(5), atMs: 1 }] });
      await ledger.record(anEntry(uid, 1, progress('stopping'), { release: proof(signal, 'exited') }));
      const opening = await ledger.openRun({ uid, runId: 'run-2' });
      expect(opening).toEqual({ kind: 'go', attempt: 1, placement: null, exit: anExit(5) });
    });

    it('puts a reset job back into the queue when its placement was released without an exit', async () => {
      const { ledger } = opened;
      const signal = await aClaimedJob(ledger, 'never-ran');
      await ledger.record(anEntry(signal.uid, 1, progress('stopping'), { release: proof(signal, 'never_started') }));
      expect(await ledger.openRun({ uid: signal.uid, runId: 'run-2' })).toMatchObject({ placement: null, exit: null });
      expect(await stateOf(ledger, signal.uid)).toBe('queued');
      expect((await place(ledger, signal.uid)).placement.epoch.counter).toBeGreaterThan(signal.placement.epoch.counter);
    });

    it('answers a repeated record as the first time and changes nothing', async () => {
      const { ledger } = opened;
      const uid = await aQueuedJob(ledger, 'repeated');
      const requeue = anEntry(uid, 1, { kind: 'requeue', attempt: 2, reason: 'retry_scheduled', sentence: 'again' });
      expect(await ledger.record(requeue)).toEqual({ kind: 'recorded' });
      const ended = { kind: 'ended', outcome: succeeded };
      expect(await ledger.record(anEntry(uid, 2, { kind: 'outcome', outcome: succeeded }))).toEqual(ended);
      expect(await ledger.record(requeue)).toEqual({ kind: 'recorded' });
      expect((await ledger.jobByUid({ uid }))?.record).toMatchObject({ state: 'succeeded', attempt: 2 });
    });

    it('knows when a job began that ended before its host said so', async () => {
      const { ledger } = opened;
      const { uid } = await aClaimedJob(ledger, 'brief');
      await ledger.record(anEntry(uid, 1, { kind: 'outcome', outcome: succeeded }));
      expect(await ledger.jobByUid({ uid })).toMatchObject({ record: { startedAtMs: succeeded.exit?.startedAtMs } });
    });

    it('keeps the first outcome and answers it to whoever brings another', async () => {
      const { ledger } = opened;
      const uid = await aQueuedJob(ledger, 'first-wins');
      await ledger.record(anEntry(uid, 1, { kind: 'outcome', outcome: failed }));
      const ended = { kind: 'ended', outcome: failed };
      expect(await ledger.record(anEntry(uid, 2, { kind: 'outcome', outcome: succeeded }))).toEqual(ended);
      expect(await ledger.record(anEntry(uid, 3, progress('queued')))).toEqual(ended);
      expect(await ledger.openRun({ uid, runId: 'run-2' })).toEqual(ended);
      expect((await ledger.jobByUid({ uid }))?.record).toMatchObject({ ...failed });
    });

    it('lets the run that closes a job speak as the newest one, and starts nothing for it', async () => {
      const { ledger } = opened;
      const signal = await aClaimedJob(ledger, 'closing');
      const { uid } = signal;
      await ledger.markWorkflowClosed({ uid });
      const run = { uid, runId: 'close:abc' };
      expect(await ledger.openRun(run)).toMatchObject({ kind: 'go', placement: signal.placement });
      const entry = { kind: 'outcome', outcome: failed } as const;
      const record = anEntry(uid, 1, entry, { ...run, release: proof(signal, 'exited') });
      expect(await ledger.record(record)).toEqual({ kind: 'ended', outcome: failed });
      expect(await ledger.record(anEntry(uid, 2, progress('running')))).toEqual({ kind: 'superseded' });
    });

    it('moves a job only forward within an attempt, whoever is faster: its workflow or its host', async () => {
      const { ledger } = opened;
      const { uid } = await aClaimedJob(ledger, 'forward');
      await ledger.record(anEntry(uid, 1, progress('running')));
      await ledger.record(anEntry(uid, 2, progress('preparing')));
      expect(await stateOf(ledger, uid)).toBe('running');
      await ledger.record(anEntry(uid, 3, progress('queued')));
      expect(await stateOf(ledger, uid)).toBe('running');
    });

    it('places nothing because a late record says that a waiting job runs', async () => {
      const { ledger } = opened;
      const uid = await aQueuedJob(ledger, 'waits');
      await ledger.record(anEntry(uid, 1, progress('running')));
      expect(await stateOf(ledger, uid)).toBe('queued');
    });

    it('puts a job that is to be tried again back at its old place in the queue', async () => {
      const { ledger } = opened;
      const signal = await aClaimedJob(ledger, 'older');
      await aQueuedJob(ledger, 'younger');
      const entry = { kind: 'requeue', attempt: 2, reason: 'retry_scheduled', sentence: 'again' } as const;
      await ledger.record(anEntry(signal.uid, 1, entry, { release: proof(signal, 'exited') }));
      const queued = await listed(ledger, 'queued');
      expect(queued.map(({ record }) => [record.jobId, record.attempt, record.placement])).toEqual([
        ['older', 2, null],
        ['younger', 1, null],
      ]);
    });

    it('stores what was collected, before or after the end', async () => {
      const { ledger } = opened;
      const signal = await aClaimedJob(ledger, 'collected');
      const usage = { cpuSeconds: 1.5, memoryPeakBytes: 2 ** 20, samples: 3 };
      const collected = { artifactsDigest: null, usage, incomplete: null };
      const release = proof(signal, 'exited');
      await ledger.record(anEntry(signal.uid, 1, { kind: 'outcome', outcome: succeeded }, { release, collected }));
      expect((await ledger.jobByUid(signal))?.record).toMatchObject({
        usage,
        logsComplete: true,
        exit: succeeded.exit,
      });
    });

    it('cancels a waiting job at once and tells its workflow', async () => {
      const { ledger } = opened;
      const uid = await aQueuedJob(ledger, 'impatient');
      const wanted = { kind: 'requested', uid, wasQueued: true };
      expect(await ledger.requestCancel(cancelOf('impatient'))).toEqual(wanted);
      expect(await listed(ledger, 'queued')).toEqual([]);
      const [cancelled] = await listed(ledger, 'failed');
      expect(cancelled?.record).toMatchObject({
        state: 'cancelled',
        reason: 'cancelled_by_request',
        logsComplete: true,
      });
      expect(await ledger.requestCancel(cancelOf('impatient'))).toMatchObject({ kind: 'ended', uid });
      const [entry] = await ledger.takeOutbox({ limit: 10, leaseMs: 1_000 });
      expect(entry?.message).toEqual({
        kind: 'cancel',
        signal: { uid, graceSec: 3, signal: 'SIGINT', because: 'changed my mind' },
      });
      expect(await ledger.openRun({ uid, runId: RUN })).toMatchObject({
        kind: 'ended',
        outcome: { state: 'cancelled' },
      });
    });

    it('lets nobody start a job that was cancelled before its start was confirmed', async () => {
      const { ledger, clock } = opened;
      await ledger.admit(anAdmission('early'));
      await ledger.requestCancel(cancelOf('early'));
      clock.nowMs += 10_000;
      const due = await ledger.takeOutbox({ limit: 10, leaseMs: 1_000 });
      expect(due.map(({ message }) => message.kind)).toEqual(['cancel']);
    });

    it('marks a placed job as stopping until its workflow ends it; repeats are one request', async () => {
      const { ledger } = opened;
      const { uid } = await aClaimedJob(ledger, 'placed');
      const wanted = { kind: 'requested', uid, wasQueued: false };
      expect(await ledger.requestCancel(cancelOf('placed'))).toEqual(wanted);
      expect(await ledger.requestCancel({ ...cancelOf('placed'), graceSec: 0 })).toEqual(wanted);
      expect((await ledger.jobByUid({ uid }))?.record).toMatchObject({ state: 'stopping', reason: 'stop_requested' });
      await ledger.record(anEntry(uid, 1, progress('running')));
      expect(await stateOf(ledger, uid)).toBe('stopping');
      expect(await ledger.requestCancel(cancelOf('nobody'))).toEqual({ kind: 'unknown' });
    });

    it('does not place again a job that was cancelled and then put back into the queue', async () => {
      const { ledger } = opened;
      const signal = await aClaimedJob(ledger, 'crossed');
      await ledger.requestCancel(cancelOf('crossed'));
      const entry = { kind: 'requeue', attempt: 2, reason: 'retry_scheduled', sentence: 'again' } as const;
      await ledger.record(anEntry(signal.uid, 1, entry, { release: proof(signal, 'exited') }));
      await ledger.hello(aHello());
      await expect(place(ledger, signal.uid)).rejects.toThrow('nothing was placed');
    });

    it('shows the sweeper silent jobs until their workflow is known closed, but no unstarted admission', async () => {
      const { ledger, clock } = opened;
      const silent = await aQueuedJob(ledger, 'silent');
      await ledger.admit(anAdmission('unstarted'));
      const ended = await aQueuedJob(ledger, 'ended');
      await ledger.record(anEntry(ended, 1, { kind: 'outcome', outcome: succeeded }));
      const ask = async () =>
        (
          await ledger.sweepCandidates({
            pool: POOL,
            quietSinceMs: clock.nowMs - 60_000,
          })
        ).map(({ uid }) => uid);
      expect(await ask()).toEqual([]);
      clock.nowMs += 60_001;
      expect(await ask()).toEqual([silent, ended]);
      await ledger.markLookedAt({ uid: silent });
      await ledger.markWorkflowClosed({ uid: ended });
      expect(await ask()).toEqual([]);
    });
  });
