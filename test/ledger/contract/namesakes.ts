import { ulid } from 'ulid';
import { beforeEach, describe, expect, it } from 'vitest';
import { jobUidSchema } from '../../../model/ids.ts';
import type { JobInput } from '../../../model/workflow-messages.ts';
import { aJobId, anAdmission, anEntry, aUid, succeeded } from '../builders.ts';
import type { OpenedLedger, OpenLedger } from './opened-ledger.ts';
import { RESTATED, restored, says } from './restored-ledger.ts';

const uidOf = (mintedAtMs: number): JobInput['uid'] => jobUidSchema.parse(ulid(mintedAtMs));
const anOldUid = (): JobInput['uid'] => uidOf(1);

export const namesakeContract = (open: OpenLedger) =>
  describe('two jobs of one id, of which a restored ledger knew one', () => {
    let opened: OpenedLedger;
    beforeEach(async () => {
      opened = await open();
    });
    const { missing, queue, recordOf, due } = restored(() => opened);
    /** Admitted, and its workflow was not started yet. */
    const unbegun = async (name: string, uid = aUid()): Promise<JobInput> => {
      const admitted = await opened.ledger.admit(anAdmission(name, { uid }));
      if (admitted.kind !== 'admitted') throw new Error(`${name} was not admitted`);
      return admitted.input;
    };
    /** Minted so long after now, by a clock that need not be this one. */
    const laterUid = (byMs = 600_000): JobInput['uid'] => uidOf(opened.clock.nowMs + byMs);
    const uidIsWithdrawn = async ({ uid }: JobInput): Promise<boolean> =>
      (await opened.ledger.openRun({ uid, runId: 'run-9' })).kind === 'withdrawn';
    const startsDue = async () => (await due()).filter(({ message }) => message.kind === 'start');

    it('goes on with the one whose workflow is open, and fails the one that was taken in since and has not begun', async () => {
      const { ledger } = opened;
      const lives = { ...(await missing('twice')), uid: anOldUid() };
      const since = await unbegun('twice');
      expect(await ledger.restate(says(lives))).toEqual(RESTATED);
      expect(await recordOf(since)).toMatchObject({ state: 'failed', reason: 'lost_in_restore', logsComplete: true });
      expect(await queue()).toEqual(['twice']);
      expect((await ledger.job(lives))?.record.uid).toBe(lives.uid);
      expect(await startsDue()).toEqual([]);
    });

    it('takes back the one that never began when a newer one has its id, which then goes on', async () => {
      const { ledger } = opened;
      const newer = { ...(await missing('again')), uid: laterUid() };
      const older = await unbegun('again', anOldUid());
      expect(await ledger.restate(says(newer))).toMatchObject({ kind: 'not_now' });
      expect(await ledger.giveWay({ uid: older.uid, to: newer.uid })).toEqual({ kind: 'withdrawn' });
      expect(await ledger.giveWay({ uid: older.uid, to: newer.uid })).toEqual({ kind: 'withdrawn' });
      expect(await uidIsWithdrawn(older)).toBe(true);
      expect(await startsDue()).toEqual([]);
      expect(await ledger.restate(says(newer))).toEqual(RESTATED);
      expect(await queue()).toEqual(['again']);
    });

    it('takes back nothing for a run that was admitted before, or for an older one', async () => {
      const { ledger } = opened;
      const waits = await unbegun('after');
      expect(await ledger.giveWay({ uid: waits.uid, to: anOldUid() })).toEqual({ kind: 'stays' });
      const twin = await unbegun('known');
      await ledger.withdraw({ uid: twin.uid });
      // Minted where the clock is behind.
      const next = await unbegun('known', anOldUid());
      expect(await ledger.giveWay({ uid: next.uid, to: twin.uid })).toEqual({ kind: 'stays' });
      expect((await startsDue()).map(({ uid }) => uid).toSorted()).toEqual([waits.uid, next.uid].toSorted());
      expect((await ledger.job({ jobId: aJobId('known') }))?.record.uid).toBe(next.uid);
    });

    it('takes back nothing for itself, nor for one that was deleted, whatever their clocks said', async () => {
      const { ledger } = opened;
      const deleted = await unbegun('reused', laterUid());
      await ledger.openRun({ uid: deleted.uid, runId: 'run-1' });
      await ledger.record(anEntry(deleted.uid, 1, { kind: 'outcome', outcome: succeeded }, { runId: 'run-1' }));
      await ledger.forgetJob({ jobId: deleted.jobId });
      await ledger.wipeForgotten({ uid: deleted.uid, digests: [] });
      const waits = await unbegun('reused', anOldUid());
      expect(await ledger.giveWay({ uid: waits.uid, to: deleted.uid })).toEqual({ kind: 'stays' });
      expect(await ledger.giveWay({ uid: waits.uid, to: waits.uid })).toEqual({ kind: 'stays' });
      const early = await unbegun('of-the-future', laterUid());
      expect(await ledger.giveWay({ uid: early.uid, to: early.uid })).toEqual({ kind: 'stays' });
    });

    it('takes back nothing in doubt which came first, and fails for all to see what waits for one that is open', async () => {
      const { ledger } = opened;
      const lives = { ...(await missing('doubt')), uid: laterUid(30_000) };
      const waits = await unbegun('doubt', anOldUid());
      expect(await ledger.giveWay({ uid: waits.uid, to: lives.uid })).toEqual({ kind: 'stays' });
      expect(await ledger.restate(says(lives))).toEqual(RESTATED);
      expect(await recordOf(waits)).toMatchObject({ state: 'failed', reason: 'lost_in_restore' });
      expect((await ledger.job(lives))?.record.uid).toBe(lives.uid);
      expect(await startsDue()).toEqual([]);
    });

    it('lets one that has begun be', async () => {
      const { ledger } = opened;
      const begun = await unbegun('begun');
      await ledger.openRun({ uid: begun.uid, runId: 'run-1' });
      expect(await ledger.giveWay({ uid: begun.uid, to: laterUid() })).toEqual({ kind: 'stays' });
      expect(await queue()).toEqual(['begun']);
    });
  });
