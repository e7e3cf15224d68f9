import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import {
  cpuMilliOf,
  planPool,
  type HeldDemand,
  type HostSupply,
  type QueuedDemand,
} from '../../scheduling/plan-pool.ts';
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
    expect(plan.refusals[0]?.sentence).toContain('3 GPUs (2)');
    expect(plan.placements.map((placement) => placement.uid)).toEqual([uidNumber(1)]);
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

  const asked = fc.record({
    nanoCpus: fc.integer({ min: 0, max: 9 }).map((cores) => cores * 1e9),
    memoryBytes: fc.integer({ min: 0, max: 9 << 20 }),
    gpus: fc.integer({ min: 0, max: 4 }),
  });
  const hosts: fc.Arbitrary<HostSupply[]> = fc
    .array(
      fc.record({
        slots: fc.integer({ min: 0, max: 5 }),
        gpus: fc.integer({ min: 0, max: 4 }),
        placeable: fc.boolean(),
      }),
      { maxLength: 4 },
    )
    .map((list) =>
      list.map(({ slots, gpus, placeable }, i) =>
        aHost(`box${i}`, { slots, gpuIds: Array.from({ length: gpus }, (_, gpu) => `gpu${gpu}`) }, placeable),
      ),
    );

  it('never gives more than a host has, and no GPU to two jobs (property)', () => {
    fc.assert(
      fc.property(fc.array(asked, { maxLength: 30 }), hosts, (demands, supplies) => {
        const queued = queue(...demands);
        const { placements } = planPool(queued, supplies, []);
        for (const host of supplies) {
          const mine = placements.filter((placement) => placement.host === host.name);
          const of = mine.flatMap(({ uid }) => queued.flatMap((job) => (job.uid === uid ? [job.resources] : [])));
          const gpuIds = mine.flatMap((placement) => placement.gpuIds);
          expect(mine.length).toBeLessThanOrEqual(host.placeable ? host.inventory.slots : 0);
          expect(of.reduce((sum, one) => sum + cpuMilliOf(one), 0)).toBeLessThanOrEqual(host.inventory.cpuMilli);
          expect(of.reduce((sum, one) => sum + one.memoryBytes, 0)).toBeLessThanOrEqual(host.inventory.memoryBytes);
          expect(new Set(gpuIds).size).toBe(gpuIds.length);
          for (const id of gpuIds) expect(host.inventory.gpuIds).toContain(id);
        }
      }),
      { numRuns: 2_000 },
    );
  });

  it('places a prefix of the queue once the refused are set aside, and decides the same for the same state (property)', () => {
    fc.assert(
      fc.property(fc.array(asked, { maxLength: 30 }), hosts, (demands, supplies) => {
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
