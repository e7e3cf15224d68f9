import { beforeEach, describe, expect, it } from 'vitest';
import { aDigest, aJobId, anAdmission, anEntry, aUid, POOL, RUN, succeeded } from '../builders.ts';
import { aFiring, aKnownSchedule, aSchedule, aTiming, takeChanges } from '../schedule-builders.ts';
import type { OpenedLedger, OpenLedger } from './opened-ledger.ts';

/** 03:00 in Berlin. */
const NOMINAL_MS = Date.UTC(2026, 10, 22, 2);

export const scheduleContract = (open: OpenLedger) =>
  describe('schedules', () => {
    let opened: OpenedLedger;
    beforeEach(async () => {
      opened = await open();
    });

    it('keeps a schedule with its spec and promises to tell Temporal all but what is secret', async () => {
      const { ledger } = opened;
      const input = aSchedule('nightly');
      const created = await ledger.createSchedule(input);
      expect(created).toMatchObject({ kind: 'created', promised: { uid: input.uid, change: { kind: 'create' } } });
      expect(JSON.stringify(created)).not.toContain('hunter2');
      const kept = await ledger.schedule({ jobId: input.jobId });
      expect(kept).toMatchObject({ spec: input.spec, timing: input.timing, rules: input.rules, pending: 1 });
      expect(await ledger.schedules({ project: 'vision' })).toEqual([kept]);
      expect(await ledger.schedules({ project: 'other' })).toEqual([]);
    });

    it('takes an equal schedule of an id as the same and refuses a different one', async () => {
      const { ledger } = opened;
      const input = aSchedule('twice');
      const first = await ledger.createSchedule(input);
      expect(await ledger.createSchedule(aSchedule('twice'))).toEqual({ ...first, kind: 'same', uid: input.uid });
      if (first.kind === 'created') await ledger.finishScheduleChange(first.promised);
      expect(await ledger.createSchedule(aSchedule('twice'))).toMatchObject({ kind: 'same', promised: null });
      const other = aSchedule('twice', { timing: aTiming({ hour: 4 }) });
      expect(await ledger.createSchedule(other)).toEqual({ kind: 'conflict' });
    });

    it('takes an equal schedule as the same though its calendar was made otherwise or its rules come in another order', async () => {
      const { ledger } = opened;
      const timing = aTiming({ hour: 3 });
      await ledger.createSchedule(aSchedule('remade', { timing }));
      const remade = aSchedule('remade', {
        timing: { timeZone: timing.timeZone, calendar: { ...timing.calendar, calendars: [] }, fields: timing.fields },
        rules: { jitterMs: 0, catchUpMs: 600_000, overlap: 'buffer_one' },
      });
      expect(await ledger.createSchedule(remade)).toMatchObject({ kind: 'same' });
      const elsewhere = aSchedule('remade', { timing: aTiming({ hour: 3 }, 'UTC') });
      expect(await ledger.createSchedule(elsewhere)).toEqual({ kind: 'conflict' });
      const later = aSchedule('remade', { rules: { jitterMs: 1, catchUpMs: 600_000, overlap: 'buffer_one' } });
      expect(await ledger.createSchedule(later)).toEqual({ kind: 'conflict' });
    });

    it('pins the bundle that is there, refuses without one, and stops at the limit', async () => {
      const { ledger } = opened;
      const input = aSchedule('bundled', { needsBundle: true, maxSchedules: 1 });
      expect(await ledger.createSchedule(input)).toEqual({ kind: 'no_bundle' });
      await ledger.putBundle({ jobId: input.jobId, digest: aDigest('b'), bytes: 1 });
      expect(await ledger.createSchedule(input)).toMatchObject({ kind: 'created' });
      expect((await ledger.schedule(input))?.bundleDigest).toBe(aDigest('b'));
      expect(await ledger.createSchedule(aSchedule('more', { maxSchedules: 1 }))).toEqual({
        kind: 'too_many',
        limit: 1,
      });
    });

    it('takes the bundle that was uploaded last for the runs to come; one without a bundle takes none', async () => {
      const { ledger } = opened;
      const [bundled, bare] = [aSchedule('renewed', { needsBundle: true }), aSchedule('renewed-bare')];
      await ledger.putBundle({ jobId: bundled.jobId, digest: aDigest('b'), bytes: 1 });
      await ledger.createSchedule(bundled);
      await ledger.createSchedule(bare);
      const first = await ledger.admitScheduled(aFiring(bundled.uid, NOMINAL_MS));
      for (const { jobId } of [bundled, bare]) await ledger.putBundle({ jobId, digest: aDigest('c'), bytes: 1 });
      const second = await ledger.admitScheduled(aFiring(bundled.uid, NOMINAL_MS + 1_000));
      expect(first).toMatchObject({ input: { bundleDigest: aDigest('b') } });
      expect(second).toMatchObject({ input: { bundleDigest: aDigest('c') } });
      expect((await ledger.schedule(bare))?.bundleDigest).toBeNull();
    });

    it('tells the changes of a schedule in order, one at a time', async () => {
      const { ledger } = opened;
      const uid = await aKnownSchedule(ledger, 'changed');
      const jobId = aJobId('changed');
      const pause = { kind: 'pause', paused: true, note: 'for a while' } as const;
      const first = await ledger.changeSchedule({ jobId, change: pause });
      expect(first).toMatchObject({ kind: 'promised', uid, promised: { change: pause } });
      const { rules } = aSchedule('x');
      const timing = aTiming({ hour: 5 });
      const second = await ledger.changeSchedule({ jobId, change: { kind: 'retime', timing, rules } });
      expect(second).toEqual({ kind: 'promised', uid, promised: null });
      expect(await ledger.schedule({ jobId })).toMatchObject({ paused: true, note: 'for a while', timing, pending: 2 });
      expect(await takeChanges(ledger)).toEqual([]);
      if (first.kind === 'promised' && first.promised) await ledger.finishScheduleChange(first.promised);
      expect(await takeChanges(ledger)).toMatchObject([{ uid, jobId, change: { kind: 'retime' } }]);
      expect(await ledger.changeSchedule({ jobId: aJobId('nobody'), change: pause })).toEqual({ kind: 'unknown' });
    });

    it('forgets a deleted schedule at once, drops what was to be told of it and frees its id', async () => {
      const { ledger } = opened;
      const jobId = aJobId('gone');
      await ledger.createSchedule(aSchedule('gone'));
      const gone = { jobId, because: 'test', graceSec: 5 };
      expect(await ledger.deleteSchedule(gone)).toMatchObject({
        kind: 'deleted',
        promised: { change: { kind: 'delete' } },
        runs: [],
      });
      expect(await ledger.schedule({ jobId })).toBeNull();
      expect(await ledger.deleteSchedule(gone)).toEqual({ kind: 'unknown' });
      expect(await ledger.createSchedule(aSchedule('gone'))).toMatchObject({ kind: 'created' });
    });

    it('takes back a creation, and deletes whatever of it reached Temporal', async () => {
      const { ledger } = opened;
      const input = aSchedule('taken-back');
      const created = await ledger.createSchedule(input);
      await ledger.withdrawSchedule({ uid: input.uid });
      await ledger.withdrawSchedule({ uid: input.uid });
      expect(await ledger.schedule(input)).toBeNull();
      if (created.kind === 'created') await ledger.finishScheduleChange(created.promised);
    });

    it('lets a schedule be that is deleted elsewhere while a change of it is on its way', async () => {
      const { ledger } = opened;
      const input = aSchedule('elsewhere');
      const created = await ledger.createSchedule(input);
      await ledger.forgetSchedule({ uid: input.uid, keepUpload: false });
      expect(await ledger.schedule(input)).not.toBeNull();
      if (created.kind === 'created') await ledger.finishScheduleChange(created.promised);
      await ledger.forgetSchedule({ uid: input.uid, keepUpload: false });
      expect(await ledger.schedule(input)).toBeNull();
    });

    it('admits each run as a job of its own, named by the time in the schedule’s zone, once per starter', async () => {
      const { ledger } = opened;
      const scheduleUid = await aKnownSchedule(ledger, 'nightly');
      const firing = aFiring(scheduleUid, NOMINAL_MS);
      const admitted = await ledger.admitScheduled(firing);
      expect(admitted).toMatchObject({
        kind: 'admitted',
        input: { uid: firing.uid, jobId: 'nightly_20261122_030000', project: 'vision', owner: 'ada', pool: POOL },
      });
      expect(await ledger.admitScheduled({ ...firing, uid: aUid() })).toEqual(admitted);
      const job = await ledger.job({ jobId: aJobId('nightly_20261122_030000') });
      expect(job?.spec).toEqual({ ...aSchedule('x').spec, bundleFolder: 'nightly' });
      expect(await ledger.scheduleRuns({ uid: scheduleUid, limit: 10 })).toMatchObject([
        { nominalAtMs: NOMINAL_MS, jobId: 'nightly_20261122_030000', uid: firing.uid, state: 'admitted' },
      ]);
    });

    it('leaves the start of a run to its starter for a while', async () => {
      const { ledger } = opened;
      const firing = aFiring(await aKnownSchedule(ledger, 'started'), NOMINAL_MS);
      await ledger.admitScheduled(firing);
      expect(await ledger.takeOutbox({ limit: 10, leaseMs: 1 })).toEqual([]);
      await ledger.openRun({ uid: firing.uid, runId: RUN });
      expect((await ledger.jobByUid({ uid: firing.uid }))?.record.state).toBe('queued');
    });

    it('skips with the reason: a deleted schedule, an open job of the id; a full queue is asked again', async () => {
      const { ledger } = opened;
      const scheduleUid = await aKnownSchedule(ledger, 'skipped');
      await ledger.admit(anAdmission('skipped_20261122_030000'));
      const because = 'a job skipped_20261122_030000 is open already';
      const firing = aFiring(scheduleUid, NOMINAL_MS);
      expect(await ledger.admitScheduled(firing)).toEqual({ kind: 'skipped', because });
      expect(await ledger.admitScheduled(firing)).toEqual({ kind: 'skipped', because });
      const full = { ...aFiring(scheduleUid, NOMINAL_MS + 1_000), maxQueued: 1 };
      expect(await ledger.admitScheduled(full)).toEqual({ kind: 'queue_full', limit: 1 });
      const { nominalMs, starter } = full;
      const skipped = { scheduleUid, nominalMs, starterRunId: starter.runId, because: 'the queue is full' };
      await ledger.recordSkippedRun(skipped);
      await ledger.deleteSchedule({ jobId: aJobId('skipped'), because: 'test', graceSec: 5 });
      const late = await ledger.admitScheduled(aFiring(scheduleUid, NOMINAL_MS + 2_000));
      expect(late).toEqual({ kind: 'skipped', because: 'the schedule was deleted' });
      const runs = await ledger.scheduleRuns({ uid: scheduleUid, limit: 10 });
      expect(runs.every(({ uid }) => uid === null)).toBe(true);
      expect(new Set(runs.map(({ skippedBecause }) => skippedBecause))).toEqual(
        new Set([because, 'the queue is full', 'the schedule was deleted']),
      );
    });

    it('asks the open runs of a deleted schedule to end, and lets those that ended be', async () => {
      const { ledger } = opened;
      const scheduleUid = await aKnownSchedule(ledger, 'busy');
      const [ended, open] = [aFiring(scheduleUid, NOMINAL_MS), aFiring(scheduleUid, NOMINAL_MS + 1_000)];
      for (const firing of [ended, open]) {
        await ledger.admitScheduled(firing);
        await ledger.openRun({ uid: firing.uid, runId: RUN });
      }
      await ledger.record(anEntry(ended.uid, 1, { kind: 'outcome', outcome: succeeded }));
      const gone = await ledger.deleteSchedule({ jobId: aJobId('busy'), because: 'deleted', graceSec: 5 });
      expect(gone).toMatchObject({ kind: 'deleted', runs: [open.uid] });
      expect((await ledger.jobByUid({ uid: open.uid }))?.record.state).toBe('cancelled');
      expect((await ledger.jobByUid({ uid: ended.uid }))?.record.state).toBe('succeeded');
    });
  });
