import { describe, expect, it } from 'vitest';
import fc from 'fast-check';
import { hostNameSchema } from '../../model/ids.ts';
import { fits, type HostRoom, lacksOf, roomsOf } from '../../scheduling/host-room.ts';
import { planPool } from '../../scheduling/plan-pool.ts';
import { outlooksOf } from '../../scheduling/outlook.ts';
import { waitsFor, type Hope, type WaitingJob } from '../../scheduling/waits-for.ts';
import { anyDemand, anyHoldings, anyHosts } from './any-pool.ts';
import { aHost, LATER, resources, uidNumber } from './builders.ts';

const OPEN: Hope = { outlook: { kind: 'open' }, failsAtMs: null };

const room = (changes: Partial<HostRoom> = {}): HostRoom => ({
  ...{ name: hostNameSchema.parse('box1'), placeable: true, allSlots: 4, slots: 1 },
  ...{ cpuMilli: 4_000, memoryBytes: 2 ** 30, gpuIds: ['0', '1'], missingGpuIds: [] },
  ...changes,
});
const job = (changes: Partial<WaitingJob> & Partial<WaitingJob['resources']> = {}) => {
  const { gpus = 0, memoryBytes = 0, shmBytes = 0, nanoCpus = 0, ...rest } = changes;
  const resources = { nanoCpus, memoryBytes, shmBytes, gpus };
  return { position: 0, resources, heldAtMs: null, confirmed: true, ...rest };
};

describe('why a job waits', () => {
  it.each([
    [job({ position: 2 }), [room({ slots: 0 })], '3rd in line; box1 has no free slot.'],
    [
      job({ gpus: 2 }),
      [room({ gpuIds: [], slots: 0 }), room({ name: hostNameSchema.parse('box2'), gpuIds: ['0'] })],
      'Next in line; needs 2 GPUs; box2 has 1 free.',
    ],
    [job({ position: 10, nanoCpus: 5e9 }), [room()], '11th in line; needs 5 CPUs; box1 has 4 free.'],
    [
      job({ position: 21, memoryBytes: 2 ** 31 }),
      [room()],
      '22nd in line; needs 2048 MiB of memory; box1 has 1024 MiB free.',
    ],
    [job({ shmBytes: 2 ** 31 }), [room()], 'Next in line; needs 2048 MiB of memory; box1 has 1024 MiB free.'],
    [job(), [room()], 'Next in line; about to be placed.'],
    [job({ position: 1 }), [room()], '2nd in line; what stands before it goes first.'],
    [job(), [room({ placeable: false })], 'Next in line; no host of the pool takes jobs now.'],
    [job(), [], 'Next in line; the pool has no host.'],
    [job({ confirmed: false }), [room()], 'Its workflow is being started.'],
    [
      job({ heldAtMs: 0 }),
      [room()],
      'Held since 1970-01-01T00:00:00.000Z; it keeps its place and starts after a release.',
    ],
  ])('is said in one sentence (%#)', (waiting, hosts, sentence) => {
    expect(waitsFor(waiting, hosts, OPEN)).toBe(sentence);
  });

  it('is a GPU that a job holds and its host no longer reports, whatever else is free there', () => {
    const held = [{ host: aHost('box1').name, resources: resources({ gpus: 1 }), gpuIds: ['gone'] }];
    const rooms = roomsOf([aHost('box1', { gpuIds: ['0', '1'] })], held);
    const because = 'box1 gives nothing while jobs hold GPUs there that it no longer reports (gone)';
    for (const gpus of [0, 1]) expect(waitsFor(job({ gpus }), rooms, OPEN)).toBe(`Next in line; ${because}.`);
  });

  it('names the hosts that could hold it and why each gives nothing now', () => {
    const because = (host: Partial<ReturnType<typeof aHost>>): string => {
      const hosts = [aHost('box1'), { ...aHost('box2', { gpuIds: ['0', '1'] }, false), ...host }];
      const asks = job({ gpus: 2 });
      const outlook = outlooksOf(hosts, [])(asks.resources);
      return waitsFor(asks, roomsOf(hosts, []), { outlook, failsAtMs: null });
    };
    const cordoned = { condition: 'up', cordoned: true } as const;
    const alone = [{ ...aHost('box2', {}, false), ...cordoned }];
    const outlook = outlooksOf(alone, [])(job().resources);
    expect(waitsFor(job(), roomsOf(alone, []), { outlook, failsAtMs: null })).toBe(
      'Next in line; no host of the pool takes jobs now: box2 is cordoned.',
    );
    const needs = 'Next in line; needs 2 GPUs; box2 has that and';
    expect(because({})).toBe(`${needs} is lost since 1970-01-01T00:00:00.000Z.`);
    expect(because({ condition: 'suspect' })).toBe(`${needs} is not heard since 1970-01-01T00:00:00.000Z.`);
    expect(because({ condition: 'up', cordoned: true })).toBe(`${needs} is cordoned.`);
    expect(because({ condition: 'up', drain: { deadlineMs: null } })).toBe(`${needs} is drained.`);
    expect(because({ condition: 'up', isGreeted: false })).toBe(`${needs} has not said hello again yet.`);
    const { inventory } = aHost('box2', { gpuIds: ['0', '1'], slots: 0 });
    expect(because({ condition: 'up', placeable: true, inventory })).toBe(`${needs} has no worker.`);
  });

  it('says when what fits nowhere fails', () => {
    const hosts = [aHost('box1')];
    const asks = job({ gpus: 4, position: 2 });
    const outlook = outlooksOf(hosts, [])(asks.resources);
    const said = (failsAtMs: number | null): string => waitsFor(asks, roomsOf(hosts, []), { outlook, failsAtMs });
    const needs = '3rd in line; needs 4 GPUs, which no host of the pool has;';
    expect(said(30_000)).toBe(`${needs} it fails at 1970-01-01T00:00:30.000Z unless one joins.`);
    expect(said(null)).toBe(`${needs} hosts that are not heard may.`);
  });

  it('is what keeps the planner from placing it, on every host that takes jobs (property)', () => {
    fc.assert(
      fc.property(anyDemand, anyHosts, anyHoldings, (demand, hosts, held) => {
        const { placements } = planPool(
          [{ uid: uidNumber(0), resources: resources(demand), queuedAtMs: 0 }],
          hosts,
          held,
          LATER,
        );
        const rooms = roomsOf(hosts, held);
        const open = rooms.filter(({ placeable }) => placeable);
        const lacks = open.map((one) => lacksOf(resources(demand), one));
        expect(open.map((one) => fits(resources(demand), one))).toEqual(lacks.map(({ length }) => length === 0));
        expect(lacks.every(({ length }) => length > 0)).toBe(placements.length === 0);
        const outlook = outlooksOf(hosts, held)(resources(demand));
        const sentence = waitsFor(job(demand), rooms, { outlook, failsAtMs: null });
        expect(sentence === 'Next in line; about to be placed.').toBe(placements.length === 1);
        if (placements.length === 0 && open.length > 0) {
          const named = outlook.kind === 'closed' ? outlook.hosts : open;
          if (outlook.kind === 'never') expect(sentence).toContain('which no host of the pool has');
          else expect(named.some(({ name }) => sentence.includes(`${name} `))).toBe(true);
        }
      }),
      { numRuns: 2_000 },
    );
  });
});
