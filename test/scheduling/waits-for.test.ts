import { describe, expect, it } from 'vitest';
import { type HostRoom, waitsFor, type WaitingJob } from '../../scheduling/waits-for.ts';

const room = (changes: Partial<HostRoom> = {}): HostRoom => ({
  ...{ name: 'box1', placeable: true, slots: 1, cpuMilli: 4_000, memoryBytes: 2 ** 30, gpus: 2 },
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
      [room({ gpus: 0, slots: 0 }), room({ name: 'box2', gpus: 1 })],
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
    expect(waitsFor(waiting, hosts)).toBe(sentence);
  });
});
