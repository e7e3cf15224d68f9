import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { GpuPool } from '../gpu-pool.ts';
import type { OpenLedger } from './opened-ledger.ts';

type Step = (pool: GpuPool) => Promise<void>;

const nth = fc.nat({ max: 9 });
const step: fc.Arbitrary<Step> = fc.oneof(
  {
    weight: 4,
    arbitrary: fc.integer({ min: 0, max: 3 }).map(
      (gpus): Step =>
        (pool) =>
          pool.submit(gpus),
    ),
  },
  { weight: 3, arbitrary: fc.constant<Step>((pool) => pool.fire()) },
  { weight: 5, arbitrary: fc.constant<Step>((pool) => pool.plan()) },
  {
    weight: 1,
    arbitrary: fc.tuple(fc.uniqueArray(fc.constantFrom('0', '1', '2')), nth).map(
      ([gpuIds, host]): Step =>
        (pool) =>
          pool.planMadly(gpuIds, host),
    ),
  },
  {
    weight: 6,
    arbitrary: nth.map(
      (which): Step =>
        (pool) =>
          pool.claim(which),
    ),
  },
  {
    weight: 5,
    arbitrary: fc.tuple(nth, fc.constantFrom('runs', 'fails', 'waits again'), fc.boolean()).map(
      ([which, how, proven]): Step =>
        (pool) =>
          pool.goesOn(which, how, proven),
    ),
  },
  {
    weight: 2,
    arbitrary: nth.map(
      (which): Step =>
        (pool) =>
          pool.cancel(which),
    ),
  },
  {
    weight: 1,
    arbitrary: nth.map(
      (which): Step =>
        (pool) =>
          pool.hostDies(which),
    ),
  },
  {
    weight: 2,
    arbitrary: nth.map(
      (which): Step =>
        (pool) =>
          pool.hostComes(which),
    ),
  },
);

export const gpuContract = (open: OpenLedger) =>
  describe('GPUs', () => {
    it(
      'are never given to two live jobs, whatever is run, fired, cancelled, tried again or killed in between',
      { timeout: 240_000 },
      async () => {
        const { ledger } = await open();
        const pool = new GpuPool(ledger);
        await fc.assert(
          fc.asyncProperty(fc.array(step, { minLength: 20, maxLength: 60, size: 'max' }), async (steps) => {
            for (const host of [0, 1]) await pool.hostComes(host);
            try {
              for (const take of steps) await take(pool);
            } finally {
              await pool.empty();
            }
          }),
          { numRuns: 30, endOnFailure: true },
        );
        expect(pool.started).toBeGreaterThan(50);
      },
    );
  });
