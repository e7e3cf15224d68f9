import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { cpuMilliOf, memoryOf, type HeldDemand } from '../../scheduling/host-room.ts';
import { planPool, type QueuedDemand } from '../../scheduling/plan-pool.ts';
import { anyDemand, anyHoldings, anyHosts } from './any-pool.ts';
import { aHost, resources, uidNumber } from './builders.ts';

const queue = (...asked: Parameters<typeof resources>[0][]): QueuedDemand[] =>
  asked.map((one, index) => ({ uid: uidNumber(index), resources: resources(one) }));

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

  it('places a prefix of the queue once the refused are set aside, and decides the same for the same state (property)', () => {
    fc.assert(
      fc.property(fc.array(anyDemand, { maxLength: 30 }), anyHosts, (demands, supplies) => {
        const queued = queue(...demands);
        const plan = planPool(queued, supplies, []);
        const refused = new Set(plan.refusals.map((refusal) => refusal.uid));
        const order = queued.filter((job) => !refused.has(job.uid)).map((job) => job.uid);
        expect(plan.placements.map((placement) => placement.uid)).toEqual(order.slice(0, plan.placements.length));
        expect(planPool(queued, supplies, [])).toEqual(plan);
      }),
      { numRuns: 1_000 },
    );
  });
});
