import { beforeEach, describe, expect, it } from 'vitest';
import { hostNameSchema, type Epoch, type HostName } from '../../../model/ids.ts';
import type { PlacedSignal } from '../../../model/workflow-messages.ts';
import { aClaimedJob, aHello, anEntry, aUid, HOST, notHeard, progress, proof, succeeded } from '../builders.ts';
import type { OpenedLedger, OpenLedger } from './opened-ledger.ts';
import { at, holds, RESTATED, restored, saysAt } from './restored-ledger.ts';

const NOBODY = hostNameSchema.parse('nobody');

export const destructionContract = (open: OpenLedger) =>
  describe('whether the host of a placement is destroyed', () => {
    let opened: OpenedLedger;
    beforeEach(async () => {
      opened = await open();
    });
    const { missing, held, due, recordOf } = restored(() => opened);
    const isDestroyed = ({ uid, placement: { epoch, host } }: PlacedSignal): Promise<boolean> =>
      opened.ledger.isDestroyed({ uid, epoch, host });
    const given = async (signal: PlacedSignal): Promise<PlacedSignal> => {
      const release = proof(signal, 'exited');
      await opened.ledger.record(anEntry(signal.uid, 1, progress('stopping'), { release }));
      return signal;
    };

    it('is known once it was removed as destroyed: of what ran and of what was still collected, of nothing else', async () => {
      const { ledger } = opened;
      const runs = await aClaimedJob(ledger, 'runs');
      const collected = await given(await aClaimedJob(ledger, 'collected'));
      const over = await given(await aClaimedJob(ledger, 'over'));
      await ledger.record(anEntry(over.uid, 2, { kind: 'outcome', outcome: succeeded }));
      for (const signal of [runs, collected, over]) expect(await isDestroyed(signal)).toBe(false);
      expect(await ledger.removeHost({ name: HOST, destroyed: false })).toMatchObject({ kind: 'holds' });
      expect(await isDestroyed(runs)).toBe(false);
      await notHeard(ledger);
      await ledger.removeHost({ name: HOST, destroyed: true });
      for (const signal of [runs, collected]) expect(await isDestroyed(signal)).toBe(true);
      expect(await isDestroyed(over)).toBe(false);
      const { epoch } = runs.placement;
      const later = { ...runs, placement: { ...runs.placement, epoch: { ...epoch, counter: epoch.counter + 9 } } };
      await ledger.hello(aHello({ journalId: 'empty' }));
      for (const signal of [runs, collected]) expect(await isDestroyed(signal)).toBe(true);
      expect(await isDestroyed(later)).toBe(false);
    });

    it('is known of what the ledger never gave by the host being removed', async () => {
      const { ledger } = opened;
      await ledger.hello(aHello({ highestEpoch: at(9) }));
      const unknown = (host: HostName): Promise<boolean> => ledger.isDestroyed({ uid: aUid(), epoch: at(9), host });
      expect([await unknown(HOST), await unknown(NOBODY)]).toEqual([false, false]);
      await ledger.removeHost({ name: HOST, destroyed: false });
      expect([await unknown(HOST), await unknown(NOBODY)]).toEqual([true, false]);
    });

    it('is known of what the ledger never gave when another host has its name by now, and of nothing given to that one', async () => {
      const { ledger } = opened;
      await ledger.hello(aHello({ highestEpoch: { generation: 1, counter: 9 } }));
      await ledger.removeHost({ name: HOST, destroyed: false });
      await ledger.hello(aHello({ journalId: 'empty' }));
      const asked = (generation: number): Promise<boolean> =>
        ledger.isDestroyed({ uid: aUid(), epoch: { generation, counter: 9 }, host: HOST });
      expect([await asked(1), await asked(2)]).toEqual([true, false]);
    });

    it('is told to a job that says only afterwards that it was there', async () => {
      const { ledger } = opened;
      const input = await missing('late');
      await ledger.hello(aHello({ highestEpoch: at(9) }));
      expect(await ledger.removeHost({ name: HOST, destroyed: false })).toEqual({ kind: 'removed' });
      await ledger.hello(aHello({ journalId: 'empty' }));
      expect(await ledger.restate(saysAt(input, at(9), { gpuIds: ['gpu-1'] }))).toEqual(RESTATED);
      expect(await held()).toEqual([]);
      expect(await due()).toMatchObject([{ uid: input.uid, message: { kind: 'host_lost', signal: { epoch: at(9) } } }]);
      expect(await ledger.isDestroyed({ uid: input.uid, epoch: at(9), host: HOST })).toBe(true);
    });

    it('is not believed of what was given after the removal, by the ledger that this is an older copy of', async () => {
      const { ledger } = opened;
      const input = await missing('lives');
      await ledger.hello(aHello());
      expect(await ledger.removeHost({ name: HOST, destroyed: false })).toEqual({ kind: 'removed' });
      const said = saysAt(input, at(20), { gpuIds: ['gpu-0'] });
      expect(await ledger.restate(said)).toMatchObject({ kind: 'not_now' });
      expect(await ledger.isDestroyed({ uid: input.uid, epoch: at(20), host: HOST })).toBe(false);
      expect(await due()).toEqual([]);
      const hello = aHello({ journalId: 'since', highestEpoch: at(20), held: [holds(input, at(20), ['gpu-0'])] });
      expect(await ledger.hello(hello)).toMatchObject({ kind: 'accepted' });
      expect(await ledger.restate(said)).toEqual(RESTATED);
      expect(await held()).toEqual([{ uid: input.uid, gpuIds: ['gpu-0'] }]);
      expect(await recordOf(input)).toMatchObject({ state: 'running' });
      expect(await due()).toEqual([]);
    });

    it('is believed of that too once somebody says it again of the host as destroyed', async () => {
      const { ledger } = opened;
      const input = await missing('burnt');
      await ledger.hello(aHello());
      await ledger.removeHost({ name: HOST, destroyed: false });
      const said = saysAt(input, at(20));
      expect(await ledger.restate(said)).toMatchObject({ kind: 'not_now' });
      await ledger.removeHost({ name: HOST, destroyed: false });
      expect(await ledger.restate(said)).toMatchObject({ kind: 'not_now' });
      await ledger.removeHost({ name: HOST, destroyed: true });
      expect(await ledger.restate(said)).toEqual(RESTATED);
      expect(await due()).toMatchObject([{ uid: input.uid, message: { kind: 'host_lost' } }]);
    });

    it('tells of a host itself whether it was removed or another engine goes by its name', async () => {
      const { ledger } = opened;
      await ledger.hello(aHello());
      const { engineId } = aHello();
      const isGone = (host: HostName, engine = engineId): Promise<boolean> =>
        ledger.isHostGone({ host, engineId: engine });
      expect([await isGone(HOST), await isGone(HOST, 'another'), await isGone(NOBODY)]).toEqual([false, true, false]);
      await ledger.removeHost({ name: HOST, destroyed: false });
      expect(await isGone(HOST)).toBe(true);
      await ledger.hello(aHello({ journalId: 'empty' }));
      expect(await isGone(HOST)).toBe(false);
    });

    it('tells of a host that it is gone only where this ledger cannot be an older copy that knows nothing of it', async () => {
      const { ledger } = opened;
      const isGone = (engineId: string, epoch: Epoch): Promise<boolean> =>
        ledger.isHostGone({ host: HOST, engineId, epoch });
      await ledger.hello(aHello({ highestEpoch: at(9) }));
      expect([await isGone('later', at(9)), await isGone('later', at(20, 2))]).toEqual([true, false]);
      await ledger.removeHost({ name: HOST, destroyed: false });
      expect([await isGone('engine-1', at(9)), await isGone('engine-1', at(20, 2))]).toEqual([true, false]);
      await ledger.hello(
        aHello({ name: hostNameSchema.parse('other'), engineId: 'o', journalId: 'o', highestEpoch: at(20, 2) }),
      );
      expect([await isGone('engine-1', at(9)), await isGone('engine-1', at(20, 2))]).toEqual([true, false]);
      expect(await ledger.isHostGone({ host: HOST, engineId: 'engine-1' })).toBe(false);
      await ledger.hello(aHello({ journalId: 'since', engineId: 'later', highestEpoch: at(20, 2) }));
      expect([await isGone('later', at(20, 2)), await isGone('engine-1', at(20, 2))]).toEqual([false, true]);
    });
  });
