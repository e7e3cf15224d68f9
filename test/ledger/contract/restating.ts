import { beforeEach, describe, expect, it } from 'vitest';
import { hostNameSchema } from '../../../model/ids.ts';
import {
  aClaimedJob,
  aDigest,
  aHello,
  anEntry,
  aQueuedJob,
  failed,
  HOST,
  place,
  POOL,
  progress,
  RUN,
  stateOf,
  succeeded,
} from '../builders.ts';
import type { OpenedLedger, OpenLedger } from './opened-ledger.ts';
import { at, holds, RESTATED, says, saysAt, restored } from './restored-ledger.ts';

const OTHER = hostNameSchema.parse('host-b');

export const restateContract = (open: OpenLedger) =>
  describe('what a job tells a restored ledger', () => {
    let opened: OpenedLedger;
    beforeEach(async () => {
      opened = await open();
    });
    const { inputOf, missing, queue, recordOf, held, due } = restored(() => opened);

    it('puts a waiting job that it has no row of last in the queue, once, and places it like any other', async () => {
      const { ledger } = opened;
      await ledger.hello(aHello());
      const input = await missing('waits');
      await aQueuedJob(ledger, 'first');
      for (let time = 0; time < 2; time += 1) expect(await ledger.restate(says(input))).toEqual(RESTATED);
      expect(await queue()).toEqual(['first', 'waits']);
      const signal = await place(ledger, input.uid, ['gpu-0']);
      // Said before it heard of the placement.
      expect(await ledger.restate(says(input))).toEqual(RESTATED);
      expect(await held()).toEqual([{ uid: input.uid, gpuIds: ['gpu-0'] }]);
      const claim = { uid: input.uid, runId: RUN, epoch: signal.placement.epoch };
      expect(await ledger.claim(claim)).toEqual({ kind: 'claimed' });
      expect(await due()).toMatchObject([{ message: { kind: 'placed' } }]);
    });

    it('fails a waiting job of which nobody has the spec, tells it once, and shows what its workflow knew', async () => {
      const { ledger } = opened;
      const input = { ...(await missing('specless')), specDigest: aDigest('e') };
      for (let time = 0; time < 2; time += 1) expect(await ledger.restate(says(input))).toEqual(RESTATED);
      const job = await ledger.jobByUid(input);
      expect(job).toMatchObject({ isSpecLost: true, record: { state: 'failed', reason: 'lost_in_restore' } });
      expect(job?.record.logsComplete).toBe(true);
      expect(await due()).toMatchObject([{ uid: input.uid, message: { kind: 'cancel' } }]);
      expect(await queue()).toEqual([]);
    });

    it('holds again what a job that it has no row of stands on, and gives its GPUs to nobody until it is gone', async () => {
      const { ledger } = opened;
      const input = await missing('runs');
      const epoch = at(9);
      await ledger.hello(aHello({ held: [holds(input, epoch, ['gpu-1'])], highestEpoch: epoch }));
      const next = await aQueuedJob(ledger, 'next');
      const said = saysAt(input, epoch, { gpuIds: ['gpu-1'] });
      for (let time = 0; time < 2; time += 1) {
        expect(await ledger.restate(said)).toEqual(RESTATED);
        expect(await held()).toEqual([{ uid: input.uid, gpuIds: ['gpu-1'] }]);
      }
      expect(await ledger.strangers()).toEqual([]);
      expect(await recordOf(input)).toMatchObject({ state: 'running', placement: said.at?.placement });
      await expect(place(ledger, next, ['gpu-1'])).rejects.toThrow('nothing was placed');
      expect(await ledger.claim({ uid: input.uid, runId: RUN, epoch })).toEqual({ kind: 'claimed' });
      const release = { epoch, proof: 'exited' } as const;
      await ledger.record(anEntry(input.uid, 1, { kind: 'outcome', outcome: succeeded }, { release }));
      expect((await place(ledger, next, ['gpu-1'])).placement.epoch).toEqual(at(1, 2));
      expect(await recordOf(input)).toMatchObject({ state: 'succeeded' });
    });

    it('makes no row of a job on a host that it does not know yet, nor of one whose id still stands for another', async () => {
      const { ledger } = opened;
      const input = await missing('early');
      expect(await ledger.restate(saysAt(input, at(9)))).toMatchObject({ kind: 'not_now' });
      await ledger.hello(aHello());
      const older = await aQueuedJob(ledger, 'early');
      expect(await ledger.restate(saysAt(input, at(9)))).toMatchObject({
        kind: 'not_now',
        because: expect.stringContaining(older),
      });
      expect(await ledger.unknownUids({ uids: [input.uid, older] })).toEqual([input.uid]);
      await ledger.record(anEntry(older, 1, { kind: 'outcome', outcome: failed }));
      expect(await ledger.restate(saysAt(input, at(9)))).toEqual(RESTATED);
      expect((await ledger.job(input))?.record.uid).toBe(input.uid);
    });

    it('gives back what a waiting job is done with, and leaves what it is being told of', async () => {
      const { ledger } = opened;
      await ledger.hello(aHello());
      const input = await inputOf('back');
      const first = await place(ledger, input.uid, ['gpu-0']);
      const { epoch } = first.placement;
      expect(await ledger.restate(says(input))).toEqual(RESTATED);
      expect(await held()).toEqual([{ uid: input.uid, gpuIds: ['gpu-0'] }]);
      await ledger.claim({ uid: input.uid, runId: RUN, epoch });
      const waits = says(input, { claimed: epoch, attempt: 2 });
      for (let time = 0; time < 2; time += 1) {
        expect(await ledger.restate(waits)).toEqual(RESTATED);
        expect(await held()).toEqual([]);
        expect(await recordOf(input)).toMatchObject({ state: 'queued', attempt: 2, placement: null });
      }
      const second = await place(ledger, input.uid, ['gpu-0']);
      expect(await ledger.restate(waits)).toEqual(RESTATED);
      expect((await recordOf(input))?.placement).toEqual(second.placement);
    });

    it('goes back to the placement that a job claimed, from a later one that it never did', async () => {
      const { ledger } = opened;
      await ledger.hello(aHello());
      const input = await inputOf('there');
      await place(ledger, input.uid, ['gpu-0']);
      const said = saysAt(input, at(7), { gpuIds: ['gpu-1'], state: 'preparing' });
      expect(await ledger.restate(said)).toEqual(RESTATED);
      expect(await held()).toEqual([{ uid: input.uid, gpuIds: ['gpu-1'] }]);
      expect(await recordOf(input)).toMatchObject({ state: 'preparing', placement: { epoch: at(7) } });
    });

    it('catches up with a job within one placement: that it runs, and that its container is proven gone', async () => {
      const { ledger } = opened;
      const signal = await aClaimedJob(ledger, 'on', ['gpu-0']);
      const { uid, placement } = signal;
      const input = { ...(await missing('on')), uid };
      const { epoch } = placement;
      expect(await stateOf(ledger, uid)).toBe('preparing');
      expect(await ledger.restate(saysAt(input, epoch, { gpuIds: ['gpu-0'] }))).toEqual(RESTATED);
      expect(await stateOf(ledger, uid)).toBe('running');
      expect(await held()).toEqual([{ uid, gpuIds: ['gpu-0'] }]);
      const collects = saysAt(input, epoch, { gpuIds: ['gpu-0'], state: 'stopping', released: true });
      for (let time = 0; time < 2; time += 1) expect(await ledger.restate(collects)).toEqual(RESTATED);
      expect(await held()).toEqual([]);
      // An older word than the ledger has.
      expect(await ledger.restate(saysAt(input, epoch, { gpuIds: ['gpu-0'] }))).toEqual(RESTATED);
      expect([await stateOf(ledger, uid), await held()]).toEqual(['stopping', []]);
    });

    it('holds nothing for a job that is only being collected', async () => {
      const { ledger } = opened;
      await ledger.hello(aHello());
      const input = await missing('collected');
      const said = saysAt(input, at(9), { gpuIds: ['gpu-0'], state: 'stopping', released: true });
      expect(await ledger.restate(said)).toEqual(RESTATED);
      expect(await held()).toEqual([]);
      expect(await recordOf(input)).toMatchObject({ state: 'stopping' });
      expect(await ledger.removeHost({ name: HOST, destroyed: false })).toEqual({ kind: 'holds', held: 1 });
    });

    it('hears nothing that is older than a record, from a run that was taken over, or of a job that is over', async () => {
      const { ledger } = opened;
      const signal = await aClaimedJob(ledger, 'ahead');
      const { uid } = signal;
      const input = { ...(await missing('ahead')), uid };
      const waits = says(input, { claimed: signal.placement.epoch });
      await ledger.record(anEntry(uid, 1, progress('running')));
      await ledger.restate(waits);
      expect(await stateOf(ledger, uid)).toBe('running');
      await ledger.openRun({ uid, runId: 'run-2' });
      await ledger.restate({ ...waits, answered: 1 });
      expect(await stateOf(ledger, uid)).toBe('running');
      await ledger.record(anEntry(uid, 1, { kind: 'outcome', outcome: failed }, { runId: 'run-2' }));
      await ledger.restate({ ...waits, runId: 'run-2', answered: 1 });
      expect(await stateOf(ledger, uid)).toBe('failed');

      const deleted = await inputOf('deleted');
      await ledger.removeQueued({ pool: POOL, target: { kind: 'job', jobId: deleted.jobId }, because: 'test' });
      expect(await ledger.restate(saysAt(deleted, at(9)))).toEqual(RESTATED);
      expect(await queue()).toEqual([]);
      expect(await ledger.job(deleted)).toBeNull();
    });

    it('asks a job only once about what it is done with, which holds its room until its host has stopped it', async () => {
      const { ledger } = opened;
      const input = await missing('moved');
      await ledger.hello(aHello({ name: OTHER, engineId: 'engine-2', held: [holds(input, at(3))] }));
      await ledger.hello(aHello({ held: [holds(input, at(9), ['gpu-0'])], highestEpoch: at(9) }));
      const asked = { uid: input.uid, jobId: 'moved', known: false, released: [], isUnsettled: true };
      expect(await ledger.strangers()).toEqual([asked]);
      for (let time = 0; time < 2; time += 1) {
        expect(await ledger.restate(saysAt(input, at(9), { gpuIds: ['gpu-0'] }))).toEqual(RESTATED);
        expect(await ledger.strangers()).toMatchObject([
          { known: true, isUnsettled: false, released: [{ host: OTHER, placement: { epoch: at(3) } }] },
        ]);
        expect(await held()).toEqual([
          { uid: input.uid, gpuIds: ['gpu-0'] },
          { uid: input.uid, gpuIds: [] },
        ]);
      }
      expect((await ledger.leftovers(input)).held.map(({ host }) => host)).toEqual([HOST]);
      await ledger.forgetUnknown({ uid: input.uid, epoch: at(3) });
      expect(await ledger.strangers()).toEqual([]);

      const waiting = await missing('waiting');
      const gone = { ...holds(waiting, at(4)), containerRunning: false };
      await ledger.hello(aHello({ held: [gone, holds(waiting, at(5))] }));
      expect(await ledger.restate(says(waiting, { claimed: at(5), attempt: 2 }))).toEqual(RESTATED);
      const [left] = await ledger.strangers();
      expect(left?.released.map(({ placement }) => placement.epoch)).toEqual([at(5)]);
      expect(await queue()).toEqual(['waiting']);
    });
  });
