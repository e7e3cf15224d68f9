import { beforeEach, describe, expect, it } from 'vitest';
import { aClaimedJob, anEntry, aQueuedJob, aUid, failed, proof, ROLE, succeeded } from '../builders.ts';
import type { OpenedLedger, OpenLedger } from './opened-ledger.ts';

const refOf = (uid: ReturnType<typeof aUid>, attempt = 1) => ({ uid, role: ROLE, replica: 0, attempt });

export const logContract = (open: OpenLedger) =>
  describe('log cursors', () => {
    let opened: OpenedLedger;
    beforeEach(async () => {
      opened = await open();
    });

    it('lets one of many appends at the same ordinal win', async () => {
      const { ledger } = opened;
      const ref = refOf(await aQueuedJob(ledger, 'logs'));
      expect(await ledger.logCursor({ ref })).toBeNull();
      const answers = await Promise.all(
        Array.from({ length: 10 }, async () => {
          const { offset } = await ledger.reserveLog({ ref, expected: 0, bytes: 30 });
          return ledger.advanceLog({ ref, expected: 0, records: 2, bytes: 30, offset: offset ?? 0 });
        }),
      );
      expect(answers.filter(({ won }) => won)).toHaveLength(1);
      expect(new Set(answers.map(({ next, bytes }) => `${next}/${bytes}`))).toEqual(new Set(['2/30']));
      expect(await ledger.advanceLog({ ref, expected: 3, records: 1, bytes: 9, offset: 300 })).toMatchObject({
        won: false,
        next: 2,
      });
      expect(await ledger.logCursor({ ref })).toMatchObject({ next: 2, bytes: 30, finished: false });
    });

    it('gives no byte of a stream’s file twice, whatever became of the append that had it', async () => {
      const { ledger } = opened;
      const ref = refOf(await aQueuedJob(ledger, 'stretches'));
      const reserved = await Promise.all(
        [10, 20, 30].map(async (bytes) => ({ bytes, ...(await ledger.reserveLog({ ref, expected: 0, bytes })) })),
      );
      const stretches = reserved.map(({ offset, bytes }) => [offset ?? -1, bytes] as const).sort(([a], [b]) => a - b);
      expect(stretches[0]?.[0]).toBe(0);
      for (const [index, [offset, bytes]] of stretches.entries()) {
        expect(offset + bytes).toBe(stretches[index + 1]?.[0] ?? 60);
      }
      const [offset = 0, bytes = 0] = stretches[1] ?? [];
      await ledger.advanceLog({ ref, expected: 0, records: 1, bytes, offset });
      expect(await ledger.reserveLog({ ref, expected: 0, bytes: 5 })).toEqual({ next: 1, offset: null });
      const more = await ledger.reserveLog({ ref, expected: 1, bytes: 5 });
      expect(more).toEqual({ next: 1, offset: 60 });
      await ledger.advanceLog({ ref, expected: 1, records: 1, bytes: 5, offset: 60 });
      await ledger.reserveLog({ ref, expected: 2, bytes: 7 });
      await ledger.advanceLog({ ref, expected: 2, records: 1, bytes: 7, offset: 65 });
      expect((await ledger.logCursor({ ref }))?.extents).toEqual([
        [offset, bytes],
        [60, 12],
      ]);
    });

    it('refuses the log of a job it does not know', async () => {
      const ref = refOf(aUid());
      await expect(opened.ledger.reserveLog({ ref, expected: 0, bytes: 1 })).rejects.toMatchObject({
        code: 'unknown_job',
      });
      await expect(opened.ledger.finishLog({ ref })).rejects.toMatchObject({ code: 'unknown_job' });
    });

    it('says that logs are complete once the job has ended and every stream is finished', async () => {
      const { ledger } = opened;
      const signal = await aClaimedJob(ledger, 'complete');
      const { uid } = signal;
      const isComplete = async () => (await ledger.jobByUid({ uid }))?.record.logsComplete;
      const { offset } = await ledger.reserveLog({ ref: refOf(uid), expected: 0, bytes: 10 });
      await ledger.advanceLog({ ref: refOf(uid), expected: 0, records: 1, bytes: 10, offset: offset ?? 0 });
      const release = proof(signal, 'exited');
      await ledger.record(anEntry(uid, 1, { kind: 'outcome', outcome: succeeded }, { release }));
      expect(await isComplete()).toBe(false);
      await ledger.finishLog({ ref: refOf(uid) });
      expect(await isComplete()).toBe(true);
      expect(await ledger.logCursors({ uid })).toMatchObject([{ ...refOf(uid), next: 1, bytes: 10, finished: true }]);
    });

    it('waits for the log of a container that exited before its first record came', async () => {
      const { ledger } = opened;
      const signal = await aClaimedJob(ledger, 'quick');
      const { uid } = signal;
      const release = proof(signal, 'exited');
      await ledger.record(anEntry(uid, 1, { kind: 'outcome', outcome: succeeded }, { release }));
      expect((await ledger.jobByUid({ uid }))?.record.logsComplete).toBe(false);
      await ledger.finishLog({ ref: refOf(uid) });
      expect((await ledger.jobByUid({ uid }))?.record.logsComplete).toBe(true);
    });

    it('waits for no log of a job that never ran', async () => {
      const { ledger } = opened;
      const uid = await aQueuedJob(ledger, 'never');
      await ledger.record(anEntry(uid, 1, { kind: 'outcome', outcome: failed }));
      expect((await ledger.jobByUid({ uid }))?.record.logsComplete).toBe(true);
    });

    it('orders the streams of a job by attempt', async () => {
      const { ledger } = opened;
      const uid = await aQueuedJob(ledger, 'attempts');
      for (const attempt of [10, 2, 1]) await ledger.finishLog({ ref: refOf(uid, attempt) });
      expect((await ledger.logCursors({ uid })).map(({ attempt }) => attempt)).toEqual([1, 2, 10]);
    });
  });
