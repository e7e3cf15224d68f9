import { beforeEach, describe, expect, it } from 'vitest';
import { planPool } from '../../../scheduling/plan-pool.ts';
import { LATER } from '../../scheduling/builders.ts';
import { aHello, anEntry, aQueuedJob, aSpec, HOST, place, POOL, RUN } from '../builders.ts';
import type { OpenedLedger, OpenLedger } from './opened-ledger.ts';
import { restored, saysAt } from './restored-ledger.ts';

export const unaccountedGpuContract = (open: OpenLedger) =>
  describe('a GPU that is marked as held by no placement', () => {
    let opened: OpenedLedger;
    beforeEach(async () => {
      opened = await open();
    });
    const { inputOf } = restored(() => opened);
    /** A job says that it stands at a placement which it has given back. */
    const leaveAMark = async (gpuId: string): Promise<void> => {
      const { ledger } = opened;
      await ledger.hello(aHello());
      const input = await inputOf('marks');
      const { epoch } = (await place(ledger, input.uid, [gpuId])).placement;
      await ledger.claim({ uid: input.uid, runId: RUN, epoch });
      const entry = { kind: 'requeue', attempt: 1, reason: 'waiting_for_placement', sentence: 'again' } as const;
      await ledger.record(anEntry(input.uid, 1, entry, { release: { epoch, proof: 'absent' } }));
      await ledger.restate({ ...saysAt(input, epoch, { gpuIds: [gpuId] }), answered: 1 });
    };
    const snapshot = () => opened.ledger.plannerSnapshot({ pool: POOL, maxQueued: 10 });

    it('stops neither the round nor any job that can do without it, and is named', async () => {
      const { ledger } = opened;
      await leaveAMark('gpu-0');
      const [gpu, plain] = [
        await aQueuedJob(ledger, 'gpu', { spec: aSpec({ gpus: 1 }) }),
        await aQueuedJob(ledger, 'plain'),
      ];
      const { queued, hosts, held } = await snapshot();
      expect(hosts).toMatchObject([{ unaccountedGpuIds: ['gpu-0'] }]);
      const plan = planPool(queued, hosts, held, LATER);
      expect(plan.placements).toMatchObject([{ uid: gpu, gpuIds: ['gpu-1'] }, { uid: plain }]);
      const { token } = await ledger.beginPlanning({ pool: POOL });
      const wrong = { uid: gpu, host: HOST, gpuIds: ['gpu-0'] };
      const right = { uid: plain, host: HOST, gpuIds: [] };
      const round = await ledger.commitRound({ pool: POOL, token, placements: [wrong, right], refusals: [] });
      expect(round).toMatchObject({ kind: 'committed', placed: [{ signal: { uid: plain } }] });
    });

    it('is free again after the next hello of its host', async () => {
      const { ledger } = opened;
      await leaveAMark('gpu-0');
      await ledger.hello(aHello());
      expect((await snapshot()).hosts[0]?.unaccountedGpuIds).toBeUndefined();
      const uid = await aQueuedJob(ledger, 'gpu', { spec: aSpec({ gpus: 1 }) });
      expect((await place(ledger, uid, ['gpu-0'])).placement.gpuIds).toEqual(['gpu-0']);
      await ledger.hello(aHello());
      await expect(place(ledger, await aQueuedJob(ledger, 'next'), ['gpu-0'])).rejects.toThrow('nothing was placed');
    });
  });
