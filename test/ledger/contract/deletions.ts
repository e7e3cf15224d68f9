import { beforeEach, describe, expect, it } from 'vitest';
import {
  aClaimedJob,
  aDigest,
  aHello,
  aJobId,
  anAdmission,
  anEntry,
  aQueuedJob,
  listed,
  POOL,
  proof,
  ROLE,
  succeeded,
} from '../builders.ts';
import type { OpenedLedger, OpenLedger } from './opened-ledger.ts';

const jobId = aJobId('gone');
const hour = { forMs: 3_600_000 };

export const deletionContract = (open: OpenLedger) =>
  describe('deletions', () => {
    let opened: OpenedLedger;
    beforeEach(async () => {
      opened = await open();
      await opened.ledger.hello(aHello());
    });
    const ends = async (artifactsDigest = aDigest('b')) => {
      const signal = await aClaimedJob(opened.ledger, 'gone');
      const { uid } = signal;
      const collected = { artifactsDigest, usage: null, incomplete: null };
      const release = proof(signal, 'exited');
      await opened.ledger.record(anEntry(uid, 1, { kind: 'outcome', outcome: succeeded }, { release, collected }));
      return uid;
    };

    it('take an ended job and all earlier runs of its id out of every answer, and promise the rest', async () => {
      const { ledger, clock } = opened;
      const bundle = { jobId, digest: aDigest('a'), bytes: 1 };
      await ledger.putBundle(bundle);
      const [first, last] = [await ends(aDigest('c')), await ends()];
      clock.nowMs += 60_000;
      await ledger.finishOutbox({ ids: (await ledger.takeOutbox({ limit: 9, leaseMs: 1 })).map(({ id }) => id) });
      expect(await ledger.forgetJob({ jobId })).toEqual({ kind: 'forgotten', uid: last });
      expect(await ledger.job({ jobId })).toBeNull();
      expect(await ledger.bundle({ jobId })).toBeNull();
      expect(await listed(ledger, 'succeeded')).toEqual([]);
      expect(await ledger.jobsByUid({ uids: [first, last], maxSpecBytes: 1e6 })).toEqual([null, null]);
      expect(await ledger.takeOutbox({ limit: 9, leaseMs: 1 })).toMatchObject([
        { uid: last, jobId, message: { kind: 'forget' } },
      ]);
      expect(await ledger.forgotten({ uid: last })).toMatchObject({ jobId, uids: [first, last], held: 0 });
      expect([...(await ledger.forgotten({ uid: last })).digests].sort()).toEqual(['a', 'b', 'c'].map(aDigest));
      expect(await ledger.forgetJob({ jobId })).toEqual({ kind: 'unknown' });
    });

    it('leave an open job alone, and the runs of its id that ended before', async () => {
      const { ledger } = opened;
      await ends();
      const uid = await aQueuedJob(ledger, 'gone');
      expect(await ledger.forgetJob({ jobId })).toEqual({ kind: 'open', state: 'queued' });
      expect((await ledger.job({ jobId }))?.record.uid).toBe(uid);
      expect(await ledger.forgetJob({ jobId: aJobId('never') })).toEqual({ kind: 'unknown' });
    });

    it('are told to trackers', async () => {
      const { ledger } = opened;
      await ledger.registerTrackers({ names: ['one'], only: true, ledgerId: 'this' });
      await ends();
      await ledger.forgetJob({ jobId });
      const events = await ledger.trackerEvents({ tracker: 'one', limit: 100 });
      expect(events.map(({ kind }) => kind).at(-1)).toBe('deleted');
    });

    it('are told to a tracker that came after the job had ended, whole though its rows are wiped by then', async () => {
      const { ledger } = opened;
      const register = (...names: string[]) => ledger.registerTrackers({ names, only: true, ledgerId: 'this' });
      await register('one');
      const uid = await ends();
      await register('one', 'late');
      await ledger.forgetJob({ jobId });
      expect(await ledger.wipeForgotten({ uid, digests: [] })).toEqual({ kind: 'wiped' });
      const told = await ledger.trackerEvents({ tracker: 'late', limit: 100 });
      expect(told).toMatchObject([{ kind: 'deleted', uid, jobId, project: 'vision', owner: 'ada' }]);
      await register('late');
      expect(await ledger.trackerEvents({ tracker: 'one', limit: 100 })).toEqual([]);
      await ledger.advanceTracker({ tracker: 'late', deliveredId: told[0]?.id ?? 0 });
      await register('late', 'last');
      for (const tracker of ['late', 'last']) expect(await ledger.trackerEvents({ tracker, limit: 100 })).toEqual([]);
    });

    it('let the id come again, and do not take what the newer job has', async () => {
      const { ledger } = opened;
      const old = await ends();
      await ledger.forgetJob({ jobId });
      const next = await aQueuedJob(ledger, 'gone');
      expect(await ledger.forgotten({ uid: old })).toMatchObject({ uids: [old] });
      await ledger.wipeForgotten({ uid: old, digests: [] });
      expect((await ledger.job({ jobId }))?.record.uid).toBe(next);
    });

    it('wipe the rows at the end, once nothing is held; what comes late finds a deleted job', async () => {
      const { ledger } = opened;
      const signal = await aClaimedJob(ledger, 'gone');
      const { uid } = signal;
      const lost = { kind: 'outcome', outcome: { ...succeeded, state: 'failed' } } as const;
      await ledger.record(anEntry(uid, 1, lost));
      await ledger.forgetJob({ jobId });
      expect(await ledger.wipeForgotten({ uid, digests: [] })).toEqual({ kind: 'held' });
      expect((await ledger.forgotten({ uid })).held).toBe(1);
      await ledger.record(anEntry(uid, 2, lost, { release: proof(signal, 'exited') }));
      expect(await ledger.wipeForgotten({ uid, digests: [] })).toEqual({ kind: 'wiped' });
      const wiped = await ledger.jobByUid({ uid });
      expect(wiped).toMatchObject({ isSpecLost: true, record: { image: '', owner: '', project: '', metadata: null } });
      expect(JSON.stringify(wiped)).not.toContain('hunter2');
      expect(await ledger.openRun({ uid, runId: 'late' })).toEqual({ kind: 'withdrawn' });
      expect(await ledger.unknownUids({ uids: [uid] })).toEqual([]);
      const ref = { uid, role: ROLE, replica: 0, attempt: 1 };
      await expect(ledger.reserveLog({ ref, expected: 0, bytes: 1 })).rejects.toMatchObject({ code: 'unknown_job' });
      expect(await ledger.record(anEntry(uid, 3, lost))).toMatchObject({ kind: 'ended' });
      expect(await ledger.wipeForgotten({ uid, digests: [] })).toEqual({ kind: 'wiped' });
      expect(await ledger.sweepCandidates({ pool: POOL, quietSinceMs: 1e15 })).toEqual([]);
    });

    it('condemn only blobs that nothing refers to and nobody is about to', async () => {
      const { ledger, clock } = opened;
      const [free, pinned, claimed] = ['1', '2', '3'].map(aDigest) as [never, never, never];
      const digests = [free, pinned, claimed];
      await ledger.putBundle({ jobId: aJobId('other'), digest: pinned, bytes: 1 });
      await ledger.claimBlob({ digest: claimed, claimant: 'me', ...hour });
      expect(await ledger.condemnBlobs({ digests, forMs: 60_000 })).toEqual({ condemned: [free], busy: [claimed] });
      expect(await ledger.condemnBlobs({ digests: [free], forMs: 60_000 })).toEqual({ condemned: [], busy: [free] });
      expect(await ledger.claimBlob({ digest: free, claimant: 'me', ...hour })).toEqual({ kind: 'busy' });
      await ledger.finishCondemned({ digests: [free] });
      expect(await ledger.claimBlob({ digest: free, claimant: 'me', ...hour })).toEqual({ kind: 'claimed' });
      await ledger.putBundle({ jobId: aJobId('mine'), digest: free, bytes: 1, claimant: 'me' });
      expect(await ledger.condemnBlobs({ digests: [free], forMs: 1 })).toEqual({ condemned: [], busy: [] });
      clock.nowMs += hour.forMs;
      expect(await ledger.condemnBlobs({ digests: [claimed], forMs: 60_000 })).toMatchObject({ condemned: [claimed] });
      clock.nowMs += 60_000;
      expect(await ledger.claimBlob({ digest: claimed, claimant: 'me', ...hour })).toEqual({ kind: 'claimed' });
    });

    it('keep a bundle that a job pins under another id', async () => {
      const { ledger } = opened;
      const digest = aDigest('a');
      for (const id of ['gone', 'other']) await ledger.putBundle({ jobId: aJobId(id), digest, bytes: 1 });
      await ledger.admit(anAdmission('other', { needsBundle: true }));
      await ends();
      await ledger.forgetJob({ jobId });
      expect((await ledger.condemnBlobs({ digests: [digest], forMs: 1 })).condemned).toEqual([]);
    });
  });
