import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { parseByteSize } from '../../api/submission/byte-size.ts';

const units = [
  ['b', 1],
  ['k', 1024],
  ['m', 1024 ** 2],
  ['g', 1024 ** 3],
  ['t', 1024 ** 4],
] as const;

describe('reading a size as docker-py does', () => {
  it.each([
    ['512m', 536_870_912],
    ['1g', 1_073_741_824],
    ['1.5k', 1536],
    ['10', 10],
    ['10b', 10],
    ['2MB', 2_097_152],
    ['1 g', 1_073_741_824],
    ['1e3', 1000],
    ['1_0k', 10_240],
    ['-1m', -1_048_576],
    ['-1', -1],
    ['-0', 0],
    [-1, -1],
    ['', 0],
    [4096, 4096],
    [0, 0],
  ])('%j is %d bytes', (value, bytes) => {
    expect(parseByteSize(value)).toBe(bytes);
  });

  it.each(['m', '12x', 'inf', '0x10', '1mm', 'bb', '99999999t', '1__0', 1.5, Number.NaN, null, [], {}, true])(
    '%j is no size',
    (value) => {
      expect(parseByteSize(value)).toBeNull();
    },
  );

  it('counts any whole number of any unit, in either case and with or without a "b" behind it', () => {
    fc.assert(
      fc.property(
        fc.nat(4000),
        fc.constantFrom(...units),
        fc.boolean(),
        fc.boolean(),
        (count, [unit, bytes], upper, long) => {
          const text = `${count}${unit}${long && unit !== 'b' ? 'b' : ''}`;
          expect(parseByteSize(upper ? text.toUpperCase() : text)).toBe(count * bytes);
        },
      ),
    );
  });

  it('answers any text with a whole number, or with nothing', () => {
    fc.assert(
      fc.property(fc.string(), (text) => {
        const bytes = parseByteSize(text);
        expect(bytes === null || Number.isSafeInteger(bytes)).toBe(true);
      }),
    );
  });
});
