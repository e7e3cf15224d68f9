import { beforeEach, describe, expect, it } from 'vitest';
import { hostNameSchema } from '../../../model/ids.ts';
import { planPool, type Refusing } from '../../../scheduling/plan-pool.ts';
import { aHello, anAdmission, aQueuedJob, aSpec, HOST, notHeard, POOL, stateOf } from '../builders.ts';
import type { OpenedLedger, OpenLedger } from './opened-ledger.ts';

const AWAY = hostNameSchema.parse('host-away');
const GRACE_MS = 30_000;

export const waitingInVainContract = (open: OpenLedger) =>
  describe('jobs that no host could hold now', () => {
    let opened: OpenedLedger;
    beforeEach(async () => {
      opened = await open();
    });
    const snapshot = () => opened.ledger.plannerSnapshot({ pool: POOL, maxQueued: 100 });
    const names = async (): Promise<readonly string[]> => (await snapshot()).queued.map(({ jobId }) => jobId);
    const round = async (changes: Partial<Refusing> = {}) => {
      const { queued, hosts, held } = await snapshot();
      const refusing = { nowMs: opened.clock.nowMs, afterMs: GRACE_MS, isPoolKnown: true, ...changes };
      return planPool(queued, hosts, held, refusing);
    };
    const commit = async (planned: Awaited<ReturnType<typeof round>>) => {
      const { token } = await opened.ledger.beginPlanning({ pool: POOL });
      return opened.ledger.commitRound({ pool: POOL, token, ...planned });
    };
    const { inventory } = aHello();
    const awayHello = () =>
      aHello({ name: AWAY, engineId: 'engine-2', inventory: { ...inventory, gpuIds: ['a', 'b', 'c'] } });

    it('are read past however many stand before those that fit', async () => {
      const { ledger } = opened;
      await ledger.hello(aHello());
      await ledger.hello(awayHello());
      await notHeard(ledger, AWAY);
      for (let index = 0; index < 150; index += 1) {
        // As many different demands as jobs in the one half, one demand in the other.
        const memoryBytes = index < 75 ? index : 0;
        const admission = anAdmission(`away-${index}`, { spec: aSpec({ gpus: 3, memoryBytes }) });
        await ledger.admit(admission);
        await ledger.confirmStarted(admission);
      }
      for (const name of ['first', 'second']) await aQueuedJob(ledger, name);
      expect(await names()).toEqual(['first', 'second']);
      const { queued } = await snapshot();
      expect((await round()).placements.map(({ uid }) => uid)).toEqual(queued.map(({ uid }) => uid));
      await ledger.recordHost({
        ...{ name: AWAY, revision: Number.MAX_SAFE_INTEGER },
        standing: { condition: 'up', sinceMs: 1, cordoned: false, drain: null },
      });
      expect((await names())[0]).toBe('away-0');
    });

    it('are refused a while after they came and after the last host joined, and not once one that joins has room', async () => {
      const { ledger, clock } = opened;
      await ledger.hello(aHello());
      clock.nowMs += 10_000;
      const uid = await aQueuedJob(ledger, 'large', { spec: aSpec({ gpus: 3 }) });
      expect(await round()).toMatchObject({ refusals: [], nextRefusalAtMs: clock.nowMs + GRACE_MS });
      clock.nowMs += GRACE_MS;
      expect((await round({ isPoolKnown: false })).refusals).toEqual([]);
      const planned = await round();
      expect(planned.refusals).toMatchObject([{ uid }]);
      await ledger.hello(awayHello());
      await commit(planned);
      expect(await stateOf(ledger, uid)).toBe('queued');
      expect((await round()).placements).toMatchObject([{ uid, host: AWAY }]);
    });

    it('count what waits again as queued anew, and fail once nothing speaks against it', async () => {
      const { ledger, clock } = opened;
      await ledger.hello(aHello());
      const uid = await aQueuedJob(ledger, 'large', { spec: aSpec({ gpus: 3 }) });
      expect((await ledger.queuePage({ pool: POOL, offset: 0, limit: 1 })).entries).toMatchObject([
        { queuedAtMs: clock.nowMs },
      ]);
      clock.nowMs += GRACE_MS + 1;
      await commit(await round());
      expect(await stateOf(ledger, uid)).toBe('failed');
      expect((await ledger.hosts()).map(({ name }) => name)).toEqual([HOST]);
    });

    it('are known to be refused by one word, which a new planner or generation takes back', async () => {
      const { ledger } = opened;
      const isPoolKnown = async (): Promise<boolean> => (await snapshot()).isPoolKnown;
      expect(await isPoolKnown()).toBe(false);
      const first = await ledger.beginPlanning({ pool: POOL });
      await ledger.noteCompared({ pool: POOL, token: first.token, generation: 1 });
      expect(await isPoolKnown()).toBe(true);
      const { token } = await ledger.beginPlanning({ pool: POOL });
      expect(await isPoolKnown()).toBe(false);
      await ledger.noteCompared({ pool: POOL, token: first.token, generation: 1 });
      expect(await isPoolKnown()).toBe(false);
      await ledger.noteCompared({ pool: POOL, token, generation: 1 });
      expect(await isPoolKnown()).toBe(true);
      await ledger.hello(aHello({ highestEpoch: { generation: 1, counter: 9 } }));
      expect(await isPoolKnown()).toBe(false);
    });
  });
