import { beforeEach, describe, expect, it } from 'vitest';
import type { Topic } from '../../../ledger/ledger.ts';
import {
  aDigest,
  aJobId,
  anAdmission,
  anEntry,
  aQueuedJob,
  aSpec,
  aUid,
  POOL,
  RUN,
  stateOf,
  succeeded,
  listed,
} from '../builders.ts';
import type { OpenedLedger, OpenLedger } from './opened-ledger.ts';

export const admissionContract = (open: OpenLedger) =>
  describe('admission', () => {
    let opened: OpenedLedger;
    beforeEach(async () => {
      opened = await open();
    });

    it('lists an admitted job at the end of the queue, with its spec', async () => {
      const { ledger } = opened;
      await ledger.admit(anAdmission('first'));
      const second = anAdmission('second');
      expect(await ledger.admit(second)).toMatchObject({ kind: 'admitted', input: { jobId: 'second' } });
      const queued = await listed(ledger, 'queued');
      expect(queued.map(({ record, position }) => [record.jobId, position])).toEqual([
        ['first', 0],
        ['second', 1],
      ]);
      expect(await ledger.job({ jobId: second.jobId })).toEqual(queued[1]);
      expect(queued[1]?.spec).toEqual(second.spec);
      expect(queued[1]?.record).toMatchObject({ state: 'admitted', metadata: { note: 'second' }, logsComplete: false });
    });

    it('keeps every one of 200 jobs admitted at once, each at a position of its own', async () => {
      const { ledger } = opened;
      const answers = await Promise.all(
        Array.from({ length: 200 }, (_, index) => ledger.admit(anAdmission(`job-${index}`))),
      );
      expect(answers.every(({ kind }) => kind === 'admitted')).toBe(true);
      const queued = await listed(ledger, 'queued');
      expect(new Set(queued.map(({ record }) => record.jobId)).size).toBe(200);
      expect(queued.map(({ position }) => position)).toEqual(Array.from({ length: 200 }, (_, index) => index));
    });

    it('ends a job that no host can ever run with its admission: it never waits, and nobody starts it', async () => {
      const { ledger, clock } = opened;
      const neverFits = 'expects an invalid number of GPUs (-1)';
      const admission = anAdmission('never', { neverFits });
      expect(await ledger.admit(admission)).toEqual({ kind: 'ended', uid: admission.uid });
      const { record } = (await ledger.job(admission)) ?? {};
      expect(record).toMatchObject({ state: 'failed', reason: 'never_fits', sentence: neverFits, logsComplete: true });
      clock.nowMs += 100_000;
      expect(await ledger.takeOutbox({ limit: 10, leaseMs: 1 })).toEqual([]);
      expect(await ledger.sweepCandidates({ pool: POOL, quietSinceMs: clock.nowMs })).toEqual([]);
      await ledger.admit(anAdmission('never'));
      expect(await ledger.admit(anAdmission('never', { neverFits }))).toEqual({ kind: 'conflict' });
    });

    it('takes an equal submission of an open id as the same job and refuses a different one', async () => {
      const { ledger } = opened;
      const first = anAdmission('twice');
      await ledger.admit(first);
      const again = await ledger.admit(anAdmission('twice'));
      expect(again).toMatchObject({ kind: 'same', uid: first.uid, confirmed: false, input: { uid: first.uid } });
      const other = anAdmission('twice', { spec: aSpec({ environment: ['TOKEN=other'] }) });
      expect(await ledger.admit(other)).toEqual({ kind: 'conflict' });
    });

    it('admits one of many that submit the same new id at once; the others are the same job', async () => {
      const { ledger } = opened;
      const answers = await Promise.all(Array.from({ length: 20 }, () => ledger.admit(anAdmission('crowd'))));
      expect(answers.filter(({ kind }) => kind === 'admitted')).toHaveLength(1);
      expect(answers.filter(({ kind }) => kind === 'same')).toHaveLength(19);
    });

    it('gives an id that comes again after its job ended to the new job', async () => {
      const { ledger } = opened;
      const first = await aQueuedJob(ledger, 'again');
      await ledger.record(anEntry(first, 1, { kind: 'outcome', outcome: succeeded }));
      const second = anAdmission('again');
      expect(await ledger.admit(second)).toMatchObject({ kind: 'admitted' });
      expect((await ledger.job({ jobId: aJobId('again') }))?.record.uid).toBe(second.uid);
      expect(await listed(ledger, 'succeeded')).toEqual([]);
      expect(await stateOf(ledger, first)).toBe('succeeded');
    });

    it('pins the bundle that is there, refuses without one, and takes a changed one as a conflict', async () => {
      const { ledger } = opened;
      const admission = anAdmission('bundled', { needsBundle: true });
      expect(await ledger.admit(admission)).toEqual({ kind: 'no_bundle' });
      await ledger.putBundle({ jobId: admission.jobId, digest: aDigest('a'), bytes: 7 });
      expect(await ledger.bundle({ jobId: admission.jobId })).toEqual({ digest: aDigest('a'), bytes: 7 });
      expect(await ledger.admit(admission)).toMatchObject({ kind: 'admitted', input: { bundleDigest: aDigest('a') } });
      await ledger.putBundle({ jobId: admission.jobId, digest: aDigest('b'), bytes: 8 });
      expect(await ledger.admit({ ...admission, uid: aUid() })).toEqual({ kind: 'conflict' });
      expect((await ledger.jobByUid(admission))?.record.bundleDigest).toBe(aDigest('a'));
    });

    it('refuses a job beyond the limit of its queue and admits it once there is room', async () => {
      const { ledger } = opened;
      await ledger.admit(anAdmission('one', { maxQueued: 1 }));
      const two = anAdmission('two', { maxQueued: 1 });
      expect(await ledger.admit(two)).toEqual({ kind: 'queue_full', limit: 1 });
      await ledger.requestCancel({ jobId: aJobId('one'), graceSec: null, signal: null, because: 'test' });
      expect(await ledger.admit(two)).toMatchObject({ kind: 'admitted' });
    });

    it('shows people the command and keeps the environment out of the workflow input', async () => {
      const { ledger } = opened;
      const spec = aSpec({ command: ['sh', '-c', `echo it's ${'x'.repeat(300)}`], environment: ['TOKEN=hunter2'] });
      const admitted = await ledger.admit(anAdmission('shown', { spec }));
      if (admitted.kind !== 'admitted') throw new Error(admitted.kind);
      expect(JSON.stringify(admitted.input)).not.toContain('hunter2');
      const command = admitted.input.roles[0]?.command ?? '';
      expect(command).toMatch(/^sh -c 'echo it'\\''s x+…$/);
      expect(command).toHaveLength(200);
    });

    it('hands the start to the outbox when nobody confirmed it within three seconds', async () => {
      const { ledger, clock } = opened;
      const admission = anAdmission('slow');
      await ledger.admit(admission);
      expect(await ledger.takeOutbox({ limit: 10, leaseMs: 1_000 })).toEqual([]);
      clock.nowMs += 3_000;
      const [entry] = await ledger.takeOutbox({ limit: 10, leaseMs: 1_000 });
      expect(entry).toMatchObject({ uid: admission.uid, tries: 1, message: { kind: 'start' } });
      expect(await ledger.confirmStarted(admission)).toEqual({ kind: 'confirmed' });
      clock.nowMs += 60_000;
      expect(await ledger.takeOutbox({ limit: 10, leaseMs: 1_000 })).toEqual([]);
      expect(await stateOf(ledger, admission.uid)).toBe('queued');
    });

    it('lets a withdrawal or a confirmation win, never both', async () => {
      const { ledger } = opened;
      for (let round = 0; round < 20; round += 1) {
        const admission = anAdmission(`race-${round}`);
        await ledger.admit(admission);
        const both = [() => ledger.withdraw(admission), () => ledger.confirmStarted(admission)];
        const answers = await Promise.all((round % 2 === 0 ? both : both.reverse()).map((call) => call()));
        const kinds = answers.map(({ kind }) => kind).sort();
        expect([
          ['confirmed', 'started'],
          ['withdrawn', 'withdrawn'],
        ]).toContainEqual(kinds);
        const opening = await ledger.openRun({ uid: admission.uid, runId: RUN });
        expect(opening.kind).toBe(kinds[0] === 'withdrawn' ? 'withdrawn' : 'go');
      }
    });

    it('forgets a withdrawn admission: its id goes back to the job that had it', async () => {
      const { ledger, clock } = opened;
      const earlier = await aQueuedJob(ledger, 'back');
      await ledger.record(anEntry(earlier, 1, { kind: 'outcome', outcome: succeeded }));
      const withdrawn = anAdmission('back');
      await ledger.admit(withdrawn);
      expect(await ledger.withdraw(withdrawn)).toEqual({ kind: 'withdrawn' });
      expect(await ledger.withdraw(withdrawn)).toEqual({ kind: 'withdrawn' });
      expect((await ledger.job({ jobId: aJobId('back') }))?.record.uid).toBe(earlier);
      expect(await listed(ledger, 'queued')).toEqual([]);
      clock.nowMs += 10_000;
      expect(await ledger.takeOutbox({ limit: 10, leaseMs: 1 })).toEqual([]);
      expect(await ledger.admit(anAdmission('back'))).toMatchObject({ kind: 'admitted' });
    });

    it('tells its listeners what an admission and a confirmation changed', async () => {
      const { ledger } = opened;
      const heard: Topic[] = [];
      const stop = ledger.subscribe((topics) => heard.push(...topics));
      const admission = anAdmission('heard');
      await ledger.admit(admission);
      expect(heard).toEqual(expect.arrayContaining(['outbox', `job:${admission.uid}`]));
      expect(heard).not.toContain('queue');
      await ledger.confirmStarted(admission);
      expect(heard).toContain('queue');
      stop();
      const before = heard.length;
      await ledger.requestCancel({ jobId: admission.jobId, graceSec: null, signal: null, because: 'test' });
      expect(heard).toHaveLength(before);
    });

    it('passes its check', async () => {
      await opened.ledger.check();
    });
  });
