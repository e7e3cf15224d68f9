import { beforeEach, describe, expect, it } from 'vitest';
import { hostNameSchema } from '../../../model/ids.ts';
import { aHello, HOST, POOL } from '../builders.ts';
import type { OpenedLedger, OpenLedger } from './opened-ledger.ts';

const OTHER = hostNameSchema.parse('host-b');
const { inventory } = aHello();

export const workerContract = (open: OpenLedger) =>
  describe('workers', () => {
    let opened: OpenedLedger;
    beforeEach(async () => {
      opened = await open();
    });
    const greet = (slots: number, name = HOST, journalId = `journal of ${name}`): Promise<unknown> =>
      opened.ledger.hello(
        aHello({
          name,
          engineId: `engine of ${name}`,
          journalId,
          inventory: { ...inventory, slots },
        }),
      );
    const workersOf = async (name = HOST): Promise<readonly number[]> =>
      (await opened.ledger.hosts()).find((host) => host.name === name)?.workers ?? [];

    it('gives a new host one per slot of its configuration', async () => {
      await greet(2);
      await greet(3, OTHER);
      expect(await workersOf()).toEqual([1, 2]);
      expect(await workersOf(OTHER)).toEqual([3, 4, 5]);
    });

    it('adds one on the host with the fewest, and the planner sees the slot', async () => {
      const { ledger } = opened;
      await greet(3);
      await greet(1, OTHER);
      expect(await ledger.addWorker({ pool: POOL })).toEqual({ kind: 'added', id: 5, host: OTHER });
      const { hosts } = await ledger.plannerSnapshot({ pool: POOL, maxQueued: 1 });
      expect(hosts.map(({ name, inventory: { slots } }) => [name, slots])).toEqual([
        [HOST, 3],
        [OTHER, 2],
      ]);
    });

    it('adds none on a host that takes no jobs while another does', async () => {
      const { ledger } = opened;
      await greet(3);
      await greet(1, OTHER);
      const standing = { condition: 'suspect', sinceMs: 1, cordoned: false, drain: null } as const;
      await ledger.recordHost({ name: OTHER, revision: 1, standing });
      expect(await ledger.addWorker({ pool: POOL })).toMatchObject({ kind: 'added', host: HOST });
    });

    it('takes one away by its id, once, and never gives an id again', async () => {
      const { ledger } = opened;
      await greet(2);
      expect(await ledger.removeWorker({ id: 2 })).toEqual({ kind: 'removed', host: HOST });
      expect(await ledger.removeWorker({ id: 2 })).toEqual({ kind: 'unknown' });
      expect(await workersOf()).toEqual([1]);
      expect(await ledger.addWorker({ pool: POOL })).toMatchObject({ id: 3 });
    });

    it('keeps what was changed at run time over a restart of the host, until its configuration changes', async () => {
      const { ledger } = opened;
      await greet(2);
      await ledger.addWorker({ pool: POOL });
      await greet(2);
      expect(await workersOf()).toEqual([1, 2, 3]);
      await greet(1);
      expect(await workersOf()).toEqual([1]);
      await greet(2);
      expect(await workersOf()).toEqual([1, 4]);
    });

    it('takes all of a removed host, and gives it new ones when it joins again', async () => {
      const { ledger } = opened;
      await greet(2);
      await ledger.removeHost({ name: HOST, destroyed: false });
      expect(await workersOf()).toEqual([]);
      expect(await ledger.addWorker({ pool: POOL })).toEqual({ kind: 'no_host' });
      await greet(2, HOST, 'a new journal');
      expect(await workersOf()).toHaveLength(2);
      expect(Math.min(...(await workersOf()))).toBeGreaterThan(2);
    });
  });
