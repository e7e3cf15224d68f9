import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { cancelSignalSchema, placedSignalSchema } from '../../model/workflow-messages.ts';
import { isCancelSignal, isHostOrder, isPlacedSignal } from '../../scheduling/signal-guards.ts';
import { uidNumber } from './builders.ts';

const scrap = fc.oneof(fc.jsonValue(), fc.constant(undefined));

describe('the guards of a job workflow', () => {
  it('let through whatever the schemas of the messages describe (property)', () => {
    const placement = fc.record({
      epoch: fc.record({ generation: fc.integer({ min: 1 }), counter: fc.nat() }),
      host: fc.constant('box1'),
      engineId: fc.string(),
      gpuIds: fc.array(fc.string()),
    });
    fc.assert(
      fc.property(placement, fc.option(fc.nat(3_600)), fc.option(fc.string()), (placed, graceSec, signal) => {
        const uid = uidNumber(1);
        expect(isPlacedSignal(placedSignalSchema.parse({ uid, placement: placed }))).toBe(true);
        expect(isCancelSignal(cancelSignalSchema.parse({ uid, graceSec, signal, because: 'asked' }))).toBe(true);
      }),
    );
  });

  it('take no grace that the api would not take', () => {
    const takes = (graceSec: unknown): boolean =>
      isCancelSignal({ uid: uidNumber(1), graceSec, signal: null, because: 'asked' });
    expect([null, 0, 0.5, 3_600].every(takes)).toBe(true);
    expect([-1, 3_600.1, 1e300, Infinity, Number.NaN, '5', undefined].some(takes)).toBe(false);
  });

  it('take a drain with a time that can be shown, or with none', () => {
    const takes = (deadlineMs: unknown): boolean => isHostOrder({ kind: 'drain', deadlineMs });
    expect([null, 0, 1_800_000_000_000, 8.64e15].every(takes)).toBe(true);
    expect([1.5, -1, 1e300, 8.64e15 + 1, Number.NaN, '5', undefined].some(takes)).toBe(false);
  });

  it('never throw, whatever they are given (property)', () => {
    const shaped = fc.record({ uid: scrap, placement: scrap, graceSec: scrap, signal: scrap, because: scrap });
    fc.assert(
      fc.property(fc.oneof(scrap, shaped), (value) => {
        expect(typeof isPlacedSignal(value)).toBe('boolean');
        expect(typeof isCancelSignal(value)).toBe('boolean');
      }),
      { numRuns: 2_000 },
    );
  });
});
