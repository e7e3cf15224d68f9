import { ulid } from 'ulid';
import type { Hello } from '../model/host.ts';
import { hostNameSchema, type PoolName } from '../model/ids.ts';

/** What a host with room for `slots` small jobs says when it joins. */
export const benchHello = (pool: PoolName, name: string, slots: number): Hello => ({
  ...{ name: hostNameSchema.parse(name), pool, session: ulid(), engineId: `engine-of-${name}` },
  ...{ incarnation: 'first', incarnations: ['first'], journalId: `journal-of-${name}`, lostAfterMs: 300_000 },
  inventory: {
    ...{ cpuMilli: 64_000, memoryBytes: 2 ** 38, gpuIds: [], slots, labels: {} },
    ...{ engineVersion: 'bench', diskFreeBytes: null },
  },
  held: [],
  highestEpoch: null,
});
