import fc from 'fast-check';
import type { HeldDemand, HostSupply } from '../../scheduling/host-room.ts';
import { aHost, resources } from './builders.ts';

export const anyDemand = fc.record({
  nanoCpus: fc.integer({ min: 0, max: 9 }).map((cores) => cores * 1e9),
  memoryBytes: fc.integer({ min: 0, max: 9 << 20 }),
  shmBytes: fc.integer({ min: 0, max: 9 << 20 }),
  gpus: fc.integer({ min: 0, max: 4 }),
});
export const anyHosts: fc.Arbitrary<HostSupply[]> = fc
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

/** What earlier rounds gave: often more than the hosts have by now, and on GPUs that one no longer reports. */
export const anyHoldings = fc.array(
  fc
    .record({ host: fc.nat(4), resources: anyDemand, from: fc.nat(6) })
    .map(({ host, resources: of, from }): HeldDemand => ({
      host: aHost(`box${host}`).name,
      resources: resources(of),
      gpuIds: Array.from({ length: of.gpus }, (_, gpu) => `gpu${from + gpu}`),
    })),
  { maxLength: 6 },
);
