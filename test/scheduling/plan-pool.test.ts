import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { cpuMilliOf, memoryOf, roomsOf, fits, type HeldDemand } from '../../scheduling/host-room.ts';
import { planPool as planPoolAt, type PlacementPolicy, type QueuedDemand } from '../../scheduling/plan-pool.ts';
import { anyDemand, anyHoldings, anyHosts } from './any-pool.ts';
import { aHost, LATER, resources, uidNumber } from './builders.ts';

const queue = (...asked: Parameters<typeof resources>[0][]): QueuedDemand[] =>
  asked.map((one, index) => ({ uid: uidNumber(index), resources: resources(one), queuedAtMs: 0 }));

const planPool = (
  queued: readonly QueuedDemand[],
  hosts: Parameters<typeof planPoolAt>[1],
  held: readonly HeldDemand[],
  policy?: PlacementPolicy,
) => {
  const { placements, refusals } = planPoolAt(queued, hosts, held, LATER, policy);
  return { placements, refusals };
};

describe('planning a pool', () => {
  it('places jobs in queue order while slots are free', () => {
    const plan = planPool(queue({}, {}, {}), [aHost('box', { slots: 2 })], []);
    expect(plan.placements.map((placement) => placement.uid)).toEqual([uidNumber(0), uidNumber(1)]);
  });

  it('lets nothing pass a job that has to wait', () => {
    const plan = planPool(queue({ nanoCpus: 7e9 }, { nanoCpus: 3e9 }, { nanoCpus: 1e9 }), [aHost('box')], []);
    expect(plan.placements.map((placement) => placement.uid)).toEqual([uidNumber(0)]);
  });

  it('refuses what no host could ever hold, with the numbers, and goes on behind it', () => {
    const plan = planPool(queue({ gpus: 3 }, {}), [aHost('box', { gpuIds: ['0', '1'] })], []);
    expect(plan.refusals).toHaveLength(1);
    expect(plan.refusals[0]?.sentence).toBe('expects to use more GPUs (3) than available (2), removing from the queue');
    expect(plan.placements.map((placement) => placement.uid)).toEqual([uidNumber(1)]);
  });

  it('refuses nothing while a host that it remembers has not said yet what it has now', () => {
    const remembered = { ...aHost('box2', { gpuIds: [] }, false), isGreeted: false };
    const plan = planPool(queue({ gpus: 3 }, {}), [aHost('box1', { gpuIds: ['0'] }), remembered], []);
    expect(plan.refusals).toEqual([]);
    expect(plan.placements).toHaveLength(1);
  });

  it('neither places nor refuses while no host has ever been seen', () => {
    expect(planPool(queue({}), [], [])).toEqual({ placements: [], refusals: [] });
  });

  it('makes jobs wait for a host that is away instead of refusing them', () => {
    expect(planPool(queue({ gpus: 1 }), [aHost('box', { gpuIds: ['0'] }, false)], [])).toEqual({
      placements: [],
      refusals: [],
    });
  });

  it('counts what is held and gives no GPU twice', () => {
    const held: HeldDemand[] = [{ host: aHost('box').name, resources: resources({ gpus: 1 }), gpuIds: ['1'] }];
    const plan = planPool(
      queue({ gpus: 1 }, { gpus: 1 }, { gpus: 1 }),
      [aHost('box', { gpuIds: ['0', '1', '2'] })],
      held,
    );
    expect(plan.placements.map((placement) => placement.gpuIds)).toEqual([['0'], ['2']]);
  });

  const policies = fc.constantFrom('spread' as const, 'pack' as const);

  it('never gives more than a host has left, and no GPU to two jobs (property)', () => {
    fc.assert(
      fc.property(
        fc.array(anyDemand, { maxLength: 30 }),
        anyHosts,
        anyHoldings,
        policies,
        (demands, supplies, held, policy) => {
          const queued = queue(...demands);
          const { placements } = planPool(queued, supplies, held, policy);
          for (const host of supplies) {
            const mine = placements.filter((placement) => placement.host === host.name);
            if (mine.length === 0) continue;
            const heldHere = held.filter((one) => one.host === host.name);
            const of = [
              ...heldHere.map((one) => one.resources),
              ...mine.flatMap(({ uid }) => queued.flatMap((job) => (job.uid === uid ? [job.resources] : []))),
            ];
            const gpuIds = mine.flatMap((placement) => placement.gpuIds);
            const heldIds = heldHere.flatMap((one) => one.gpuIds);
            for (const id of heldIds) expect(host.inventory.gpuIds).toContain(id);
            expect(host.placeable).toBe(true);
            expect(of.length).toBeLessThanOrEqual(host.inventory.slots);
            expect(of.reduce((sum, one) => sum + cpuMilliOf(one), 0)).toBeLessThanOrEqual(host.inventory.cpuMilli);
            expect(of.reduce((sum, one) => sum + memoryOf(one), 0)).toBeLessThanOrEqual(host.inventory.memoryBytes);
            expect(new Set(gpuIds).size).toBe(gpuIds.length);
            for (const id of gpuIds) {
              expect(host.inventory.gpuIds).toContain(id);
              expect(heldIds).not.toContain(id);
            }
          }
          for (const { uid, gpuIds } of placements) {
            expect(gpuIds).toHaveLength(queued.find((job) => job.uid === uid)?.resources.gpus ?? -1);
          }
        },
      ),
      { numRuns: 2_000 },
    );
  });

  it('packs the fullest host that fits, or spreads to the one with most room, in name order among equals', () => {
    const two = [aHost('b', { slots: 2 }), aHost('a', { slots: 4 })];
    const held: HeldDemand[] = [{ host: aHost('b').name, resources: resources(), gpuIds: [] }];
    const hostsOf = (policy: 'spread' | 'pack'): readonly string[] =>
      planPool(queue({}, {}, {}, {}), two, held, policy).placements.map(({ host }) => host);
    expect(hostsOf('pack')).toEqual(['b', 'a', 'a', 'a']);
    expect(hostsOf('spread')).toEqual(['a', 'a', 'a', 'b']);
    const full: HeldDemand[] = [{ host: aHost('b').name, resources: resources({ nanoCpus: 8e9 }), gpuIds: [] }];
    expect(planPool(queue({ nanoCpus: 1e9 }), two, full, 'pack').placements).toMatchObject([{ host: 'a' }]);
  });

  it('counts shared memory as the memory it takes, against what is free and what is there', () => {
    const box = aHost('box', { memoryBytes: 3 << 20 });
    expect(planPool(queue({ shmBytes: 2 << 20 }, { shmBytes: 2 << 20 }), [box], []).placements).toHaveLength(1);
    expect(
      planPool(queue({ memoryBytes: 2 << 20, shmBytes: 1 << 20 }, { memoryBytes: 1 << 20 }), [box], []).placements,
    ).toHaveLength(2);
    const [refusal] = planPool(queue({ shmBytes: 4 << 20 }), [box], []).refusals;
    expect(refusal?.sentence).toContain('4 MiB of memory, and no host of the pool gives more than 3 MiB');
  });

  it.each([
    ['GPUs', { gpuIds: ['0'] }, { gpus: 2 }, ['0', '1'], { gpus: 0 }],
    ['memory', { memoryBytes: 1 << 20 }, { memoryBytes: 2 << 20 }, [], { memoryBytes: 1 }],
    ['CPUs', { cpuMilli: 1_000 }, { nanoCpus: 2e9 }, [], { nanoCpus: 1 }],
    ['slots', { slots: 1 }, {}, [], {}],
  ])(
    'gives nothing on a host that reports less %s than it holds, until that fits again',
    (what, has, held, gpuIds, asks) => {
      const one: HeldDemand = { host: aHost('box').name, resources: resources(held), gpuIds };
      const holds = what === 'slots' ? [one, one] : [one];
      expect(planPool(queue(asks), [aHost('box', has)], holds)).toEqual({ placements: [], refusals: [] });
      expect(planPool(queue(asks), [aHost('box', has)], []).placements).toHaveLength(1);
    },
  );

  it('passes over only what no host that takes jobs could ever hold, in order and the same each time (property)', () => {
    fc.assert(
      fc.property(fc.array(anyDemand, { maxLength: 30 }), anyHosts, anyHoldings, (demands, supplies, held) => {
        const queued = queue(...demands);
        const plan = planPool(queued, supplies, held);
        const empty = roomsOf(supplies, []).filter(({ placeable }) => placeable);
        const order = queued.filter((job) => empty.some((room) => fits(job.resources, room))).map(({ uid }) => uid);
        expect(plan.placements.map(({ uid }) => uid)).toEqual(order.slice(0, plan.placements.length));
        for (const { uid } of plan.refusals) expect(order).not.toContain(uid);
        expect(planPool(queued, supplies, held)).toEqual(plan);
      }),
      { numRuns: 1_000 },
    );
  });

  it('goes on behind what only a host that gives nothing now could hold, and keeps that waiting', () => {
    const lost = aHost('box2', { gpuIds: ['0', '1'] }, false);
    const plan = planPool(queue({ gpus: 2 }, {}, { gpus: 1 }, {}), [aHost('box1'), lost], []);
    expect(plan.placements.map(({ uid }) => uid)).toEqual([uidNumber(1), uidNumber(3)]);
    expect(plan.refusals).toEqual([]);
    const back = { ...lost, placeable: true };
    expect(planPool(queue({ gpus: 2 }), [aHost('box1'), back], []).placements).toMatchObject([{ host: 'box2' }]);
  });

  it('lets nothing pass what a host that takes jobs could hold, were it empty', () => {
    const full: HeldDemand[] = [{ host: aHost('box1').name, resources: resources({ gpus: 1 }), gpuIds: ['0'] }];
    const hosts = [aHost('box1', { gpuIds: ['0'] }), aHost('box2', { gpuIds: ['0'] }, false)];
    expect(planPool(queue({ gpus: 1 }, {}), hosts, full).placements).toEqual([]);
  });

  it('keeps a job that needs more GPUs than its host reports while jobs still hold the others there', () => {
    const held: HeldDemand[] = [{ host: aHost('box').name, resources: resources({ gpus: 2 }), gpuIds: ['2', '3'] }];
    const less = aHost('box', { gpuIds: ['0', '1'] });
    expect(planPool(queue({ gpus: 4 }), [less], held)).toEqual({ placements: [], refusals: [] });
    expect(planPool(queue({ gpus: 4 }), [less], []).refusals).toHaveLength(1);
  });
});

describe('refusing what fits nowhere', () => {
  const job = { ...queue({ gpus: 3 })[0], uid: uidNumber(0), resources: resources({ gpus: 3 }), queuedAtMs: 10_000 };
  const known = { afterMs: 30_000, isPoolKnown: true };
  const planAt = (nowMs: number, host = aHost('box'), isPoolKnown = true) => {
    const plan = planPoolAt([job, { ...job, uid: uidNumber(1), resources: resources() }], [host], [], {
      ...{ ...known, isPoolKnown, nowMs },
    });
    expect(plan.placements).toMatchObject([{ uid: uidNumber(1) }]);
    return { refused: plan.refusals.length, nextRefusalAtMs: plan.nextRefusalAtMs };
  };

  it('waits for a host to join, counted from when the job was queued and from the last hello', () => {
    expect(planAt(39_999)).toEqual({ refused: 0, nextRefusalAtMs: 40_000 });
    expect(planAt(40_000)).toEqual({ refused: 1, nextRefusalAtMs: null });
    const joined = { ...aHost('box'), helloAtMs: 20_000 };
    expect(planAt(40_000, joined)).toEqual({ refused: 0, nextRefusalAtMs: 50_000 });
    expect(planAt(50_000, joined)).toEqual({ refused: 1, nextRefusalAtMs: null });
  });

  it('waits as long as it takes for what the ledger may not know yet', () => {
    expect(planAt(1e9, aHost('box'), false)).toEqual({ refused: 0, nextRefusalAtMs: null });
    const away = { ...aHost('other', {}, false), isGreeted: false };
    const plan = planPoolAt([job], [aHost('box'), away], [], LATER);
    expect([plan.refusals, plan.nextRefusalAtMs]).toEqual([[], null]);
  });
});
