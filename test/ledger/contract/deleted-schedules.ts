import { beforeEach, describe, expect, it } from 'vitest';
import type { Digest } from '../../../model/ids.ts';
import { aDigest, aJobId, anAdmission, anEntry, RUN, succeeded } from '../builders.ts';
import { aFiring, aSchedule } from '../schedule-builders.ts';
import type { OpenedLedger, OpenLedger } from './opened-ledger.ts';

const NOMINAL_MS = Date.UTC(2026, 10, 22, 2);
const jobId = aJobId('was-nightly');
const [first, second, last] = [aDigest('1'), aDigest('2'), aDigest('3')];

export const deletedScheduleContract = (open: OpenLedger) =>
  describe('a deleted schedule', () => {
    let opened: OpenedLedger;
    let uid: ReturnType<typeof aSchedule>['uid'];
    beforeEach(async () => {
      opened = await open();
    });
    const upload = (digest: Digest) => opened.ledger.putBundle({ jobId, digest, bytes: 1 });
    /** As the outbox does; answers the blobs that nothing refers to any more, of those that are to go. */
    const carryOut = async (): Promise<readonly Digest[]> => {
      const { ledger, clock } = opened;
      const discarded: Digest[] = [];
      for (;;) {
        clock.nowMs += 60_000;
        const changes = await ledger.takeScheduleChanges({ limit: 10, leaseMs: 60_000 });
        if (changes.length === 0) break;
        for (const { id, change } of changes) {
          if (change.kind === 'discard') discarded.push(...change.digests);
          await ledger.finishScheduleChange({ id });
        }
      }
      const { condemned } = await ledger.condemnBlobs({ digests: discarded, forMs: 1 });
      await ledger.finishCondemned({ digests: condemned });
      return condemned.toSorted();
    };
    const create = async () => {
      const input = aSchedule('was-nightly', { needsBundle: true });
      expect(await opened.ledger.createSchedule(input)).toMatchObject({ kind: 'created' });
      await carryOut();
      uid = input.uid;
    };
    const remove = () => opened.ledger.deleteSchedule({ jobId, because: 'test', graceSec: 5 });
    const fire = async (nominalMs: number) => {
      const firing = aFiring(uid, nominalMs);
      expect(await opened.ledger.admitScheduled(firing)).toMatchObject({ kind: 'admitted' });
      await opened.ledger.openRun({ uid: firing.uid, runId: RUN });
      return firing;
    };
    const rowsOf = async (table: string, word: string) =>
      (await opened.rowsSaying(word)).filter((row) => row.startsWith(`${table}: `));
    /** All but what stands in for the specs of deleted rows. */
    const specs = async () => (await rowsOf('specs', 'sha256:')).filter((row) => !row.includes(aDigest('0'))).length;

    it('has no spec any more at once, and no row nor bundle once Temporal was told', async () => {
      const { ledger } = opened;
      await upload(first);
      await create();
      for (const digest of [second, last]) await upload(digest);
      const skipped = { scheduleUid: uid, nominalMs: NOMINAL_MS, starterRunId: 'run', because: 'the queue is full' };
      await ledger.recordSkippedRun(skipped);
      expect(await opened.rowsSaying(uid)).toHaveLength(2);
      expect(await specs()).toBe(1);
      await remove();
      expect(await specs()).toBe(0);
      for (const word of ['vision', 'ada', 'busybox']) expect(await rowsOf('schedules', word)).toEqual([]);
      expect(await carryOut()).toEqual([first, second, last]);
      for (const word of [uid, jobId, last]) expect(await opened.rowsSaying(word)).toEqual([]);
      expect(await ledger.admitScheduled(aFiring(uid, NOMINAL_MS))).toMatchObject({ kind: 'skipped' });
      expect(await opened.rowsSaying(uid)).toEqual([]);
    });

    it('leaves its runs, open and ended, what is theirs', async () => {
      const { ledger } = opened;
      await upload(first);
      await create();
      const ended = await fire(NOMINAL_MS);
      await ledger.record(anEntry(ended.uid, 1, { kind: 'outcome', outcome: succeeded }));
      await upload(second);
      const running = await fire(NOMINAL_MS + 1_000);
      await upload(last);
      expect(await remove()).toMatchObject({ kind: 'deleted', runs: [running.uid] });
      expect(await carryOut()).toEqual([last]);
      for (const run of [ended, running]) {
        const kept = await ledger.jobByUid({ uid: run.uid });
        expect(kept?.spec).toEqual({ ...aSchedule('x').spec, bundleFolder: 'was-nightly' });
        expect(await ledger.admitScheduled(run)).toMatchObject({ kind: 'skipped' });
      }
      expect(await rowsOf('jobs', first)).toHaveLength(1);
      expect(await rowsOf('jobs', second)).toHaveLength(1);
      await ledger.forgetJob({ jobId: aJobId('was-nightly_20261122_030000') });
      expect((await ledger.condemnBlobs({ digests: [first, second], forMs: 1 })).condemned).toEqual([first]);
    });

    it('leaves a job of the same id, and another id with the same bytes, their bundles', async () => {
      const { ledger } = opened;
      await upload(first);
      await create();
      await ledger.admit(anAdmission('was-nightly', { needsBundle: true }));
      await upload(second);
      await remove();
      expect(await carryOut()).toEqual([]);
      expect(await ledger.bundle({ jobId })).toMatchObject({ digest: second });
      await upload(first);
      await ledger.putBundle({ jobId: aJobId('other'), digest: second, bytes: 1 });
      expect((await ledger.condemnBlobs({ digests: [first, second], forMs: 1 })).condemned).toEqual([]);
    });

    it('leaves as little when it was deleted in Temporal, but what was uploaded for the next one of its id', async () => {
      const { ledger } = opened;
      for (const keepUpload of [false, true]) {
        await upload(first);
        await create();
        await upload(last);
        await ledger.forgetSchedule({ uid, keepUpload });
        await ledger.forgetSchedule({ uid, keepUpload });
        expect(await specs()).toBe(0);
        expect(await carryOut()).toEqual(keepUpload ? [] : [first, last]);
        expect(await opened.rowsSaying(uid)).toEqual([]);
        expect(await ledger.bundle({ jobId })).toEqual(keepUpload ? { digest: last, bytes: 1 } : null);
      }
    });

    it('leaves the upload when its creation was taken back', async () => {
      const { ledger } = opened;
      await upload(first);
      const input = aSchedule('was-nightly', { needsBundle: true });
      await ledger.createSchedule(input);
      await ledger.withdrawSchedule(input);
      await carryOut();
      expect(await opened.rowsSaying(input.uid)).toEqual([]);
      expect(await specs()).toBe(0);
      expect(await ledger.bundle({ jobId })).toMatchObject({ digest: first });
    });

    it('frees its id at once: the next one of it has a bundle and a spec of its own', async () => {
      const { ledger } = opened;
      await upload(first);
      await create();
      await remove();
      expect(await ledger.createSchedule(aSchedule('was-nightly', { needsBundle: true }))).toEqual({
        kind: 'no_bundle',
      });
      await upload(first);
      const next = aSchedule('was-nightly', { needsBundle: true });
      await ledger.createSchedule(next);
      expect(await carryOut()).toEqual([]);
      expect(await ledger.schedule({ jobId })).toMatchObject({ uid: next.uid, spec: next.spec, bundleDigest: first });
    });
  });
