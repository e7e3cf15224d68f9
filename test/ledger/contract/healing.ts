import { beforeEach, describe, expect, it } from 'vitest';
import {
  aClaimedJob,
  aDigest,
  aHello,
  aJobId,
  anEntry,
  aQueuedJob,
  aUid,
  failed,
  HOST,
  place,
  POOL,
  progress,
  proof,
  stateOf,
  succeeded,
} from '../builders.ts';
import type { OpenedLedger, OpenLedger } from './opened-ledger.ts';
import { at, holds, RESTATED, says, saysAt, restored } from './restored-ledger.ts';

export const healingContract = (open: OpenLedger) =>
  describe('what a restored ledger learns again', () => {
    let opened: OpenedLedger;
    beforeEach(async () => {
      opened = await open();
    });
    const { missing, queue, recordOf, held } = restored(() => opened);

    it('enters a job whose workflow has closed as that says, once, and holds nothing for it', async () => {
      const { ledger, clock } = opened;
      const input = { ...(await missing('over')), specDigest: aDigest('e') };
      const closed = { input, workflowStatus: 'failed', outcome: failed };
      for (let time = 0; time < 2; time += 1) expect(await ledger.readopt(closed)).toEqual(RESTATED);
      expect(await recordOf(input)).toMatchObject({ ...failed, endedAtMs: 2_000, logsComplete: true });
      const other = { ...closed, workflowStatus: 'completed', outcome: succeeded };
      expect(await ledger.readopt(other)).toEqual(RESTATED);
      expect(await ledger.restate(says(input))).toEqual(RESTATED);
      expect(await stateOf(ledger, input.uid)).toBe('failed');
      const terminated = { ...input, uid: aUid(), jobId: aJobId('terminated') };
      await ledger.readopt({ input: terminated, workflowStatus: 'terminated', outcome: null });
      expect(await recordOf(terminated)).toMatchObject({ state: 'cancelled', reason: 'workflow_terminated' });
      clock.nowMs += 60_000;
      const silent = await ledger.sweepCandidates({ pool: POOL, quietSinceMs: clock.nowMs });
      expect(silent.filter(({ uid }) => uid === input.uid || uid === terminated.uid)).toEqual([]);
    });

    it('enters nothing that was withdrawn, and no second job for an id that went on', async () => {
      const { ledger } = opened;
      const input = await missing('again');
      const withdrawn = { state: 'skipped', reason: 'withdrawn', sentence: 'nothing was done', exit: null } as const;
      expect(await ledger.readopt({ input, workflowStatus: 'completed', outcome: withdrawn })).toEqual(RESTATED);
      expect(await ledger.unknownUids({ uids: [input.uid] })).toEqual([input.uid]);
      const newer = await aQueuedJob(ledger, 'again');
      expect(await ledger.readopt({ input, workflowStatus: 'completed', outcome: succeeded })).toEqual(RESTATED);
      expect((await ledger.job(input))?.record.uid).toBe(newer);
      expect(await queue()).toEqual(['again']);
    });

    it('leaves a closed job that a host still holds to be brought down, with its GPUs until then', async () => {
      const { ledger, clock } = opened;
      const input = await missing('left');
      const [older, epoch] = [at(8), at(9)];
      const both = [holds(input, older), holds(input, epoch, ['gpu-1'])];
      await ledger.hello(aHello({ held: both, highestEpoch: epoch }));
      expect(await ledger.strangers()).toMatchObject([{ uid: input.uid, jobId: 'left', known: false }]);
      const closed = { input, workflowStatus: 'terminated', outcome: null };
      for (let time = 0; time < 2; time += 1) {
        expect(await ledger.readopt(closed)).toEqual(RESTATED);
        expect(await recordOf(input)).toMatchObject({ state: 'stopping', placement: { epoch, gpuIds: ['gpu-1'] } });
      }
      expect(await ledger.strangers()).toMatchObject([{ uid: input.uid, known: true, isUnsettled: true }]);
      const epochs = (await ledger.leftovers(input)).held.map(({ placement }) => placement.epoch);
      expect(epochs).toEqual([epoch, older]);
      const now = { pool: POOL, quietSinceMs: clock.nowMs - 60_000 };
      expect(await ledger.sweepCandidates(now)).toEqual([{ uid: input.uid, jobId: 'left', waits: false }]);
      for (const [index, gone] of [epoch, older].entries()) {
        const release = { epoch: gone, proof: 'exited' } as const;
        const run = { runId: 'close:1', release };
        await ledger.record(anEntry(input.uid, index + 1, progress('stopping'), run));
      }
      expect([await ledger.strangers(), await held()]).toEqual([[], []]);
    });

    it('knows at the next hello what it has learnt, and in a new generation as well', async () => {
      const { ledger } = opened;
      const input = await missing('kept');
      const report = { held: [holds(input, at(9), ['gpu-1'])], highestEpoch: at(9) };
      expect(await ledger.hello(aHello(report))).toMatchObject({ generation: 2 });
      expect(await ledger.generation()).toBe(2);
      await ledger.restate(saysAt(input, at(9), { gpuIds: ['gpu-1'] }));
      expect(await ledger.hello(aHello(report))).toMatchObject({ generation: 2 });
      await ledger.beginPlanning({ pool: POOL, withoutMemory: true });
      expect(await ledger.generation()).toBe(3);
      expect(await ledger.hello(aHello(report))).toMatchObject({ generation: 3 });
      expect(await ledger.strangers()).toEqual([]);
      expect(await held()).toEqual([{ uid: input.uid, gpuIds: ['gpu-1'] }]);
      const gone = { kind: 'exited', replica: holds(input, at(9)), exit: succeeded.exit, atMs: 1 } as const;
      if (gone.exit !== null) await ledger.report({ notices: [{ ...gone, exit: gone.exit }] });
      expect(await held()).toEqual([{ uid: input.uid, gpuIds: ['gpu-1'] }]);
    });

    it('begins one generation for all who doubt the same one, in which hosts speak first', async () => {
      const { ledger } = opened;
      await ledger.hello(aHello());
      expect(await ledger.beginGeneration({ after: 1 })).toBe(2);
      expect(await ledger.beginGeneration({ after: 1 })).toBe(2);
      expect((await ledger.hosts())[0]).toMatchObject({ placeable: false });
      await ledger.hello(aHello({ session: 'again' }));
      expect((await ledger.hosts())[0]).toMatchObject({ placeable: true });
    });

    it('begins no generation for a planner without memory where nothing was ever placed', async () => {
      const { ledger } = opened;
      await ledger.hello(aHello());
      for (let time = 0; time < 2; time += 1) await ledger.beginPlanning({ pool: POOL, withoutMemory: true });
      expect(await ledger.generation()).toBe(1);
      const signal = await place(ledger, await aQueuedJob(ledger, 'placed'));
      expect(signal.placement.epoch).toEqual(at(1));
      await ledger.beginPlanning({ pool: POOL, highestEpoch: at(1) });
      expect(await ledger.generation()).toBe(1);
      await ledger.beginPlanning({ pool: POOL, withoutMemory: true });
      expect(await ledger.generation()).toBe(2);
    });

    it('forgets what a host holds of a job that nobody knows once that is gone, and only that', async () => {
      const { ledger } = opened;
      const input = await missing('nobodys');
      const both = [holds(input, at(8), ['gpu-0']), holds(input, at(9), ['gpu-1'])];
      await ledger.hello(aHello({ held: both, highestEpoch: at(9) }));
      for (let time = 0; time < 2; time += 1) {
        await ledger.forgetUnknown({ uid: input.uid, epoch: at(8) });
        expect(await held()).toEqual([{ uid: input.uid, gpuIds: ['gpu-1'] }]);
      }
      await ledger.forgetUnknown({ uid: aUid(), epoch: at(9) });
      expect(await held()).toHaveLength(1);
      await ledger.forgetUnknown({ uid: input.uid, epoch: at(9) });
      expect([await held(), await ledger.strangers()]).toEqual([[], []]);
      expect(await ledger.hostHolds({ name: HOST })).toBe(0);
    });

    it('tells apart the uids it has and has not, however many they are', async () => {
      const { ledger } = opened;
      const known = await aQueuedJob(ledger, 'known');
      const unknown = Array.from({ length: 1_200 }, aUid);
      expect(await ledger.unknownUids({ uids: [] })).toEqual([]);
      const asked = [...unknown.slice(0, 700), known, ...unknown.slice(700)];
      expect(await ledger.unknownUids({ uids: asked })).toEqual(unknown);
    });

    it('has a job looked at now that was heard of a moment ago, or that counted as closed', async () => {
      const { ledger, clock } = opened;
      const signal = await aClaimedJob(ledger, 'look');
      const { uid } = signal;
      const candidates = () => ledger.sweepCandidates({ pool: POOL, quietSinceMs: clock.nowMs - 60_000 });
      expect(await candidates()).toEqual([]);
      await ledger.lookAgain({ uid });
      const found = [{ uid, jobId: 'look', waits: false }];
      expect(await candidates()).toEqual(found);
      await ledger.markLookedAt({ uid });
      expect(await candidates()).toEqual([]);
      const release = proof(signal, 'exited');
      await ledger.record(anEntry(uid, 1, { kind: 'outcome', outcome: succeeded }, { release }));
      await ledger.markWorkflowClosed({ uid });
      for (let time = 0; time < 2; time += 1) await ledger.lookAgain({ uid });
      expect(await candidates()).toEqual([{ ...found[0], waits: null }]);
      await ledger.lookAgain({ uid: aUid() });
    });
  });
