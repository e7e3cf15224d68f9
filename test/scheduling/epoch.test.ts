import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { compareEpochs, formatEpoch, parseEpoch } from '../../scheduling/epoch.ts';

const epochs = fc.record(
  { generation: fc.integer({ min: 1 }), counter: fc.integer({ min: 0 }) },
  { noNullPrototype: true },
);

describe('an epoch', () => {
  it('reads back what it writes', () => {
    fc.assert(
      fc.property(epochs, (epoch) => {
        expect(parseEpoch(formatEpoch(epoch))).toEqual(epoch);
      }),
    );
  });

  it('is not read from anything else', () => {
    for (const text of ['', '1', '0.1', '1.', '.1', '01.1', '1.01', '1.1.1', '-1.2', '1.2 ', 'a.b']) {
      expect(parseEpoch(text)).toBeNull();
    }
  });

  it('is newer in a later generation, whatever the counters', () => {
    fc.assert(
      fc.property(epochs, fc.nat(), (epoch, counter) => {
        expect(compareEpochs({ generation: epoch.generation + 1, counter }, epoch)).toBeGreaterThan(0);
      }),
    );
  });

  it('is newer with a higher counter in the same generation', () => {
    fc.assert(
      fc.property(epochs, (epoch) => {
        expect(compareEpochs(epoch, { ...epoch, counter: epoch.counter + 1 })).toBeLessThan(0);
        expect(compareEpochs(epoch, { ...epoch })).toBe(0);
      }),
    );
  });
});
