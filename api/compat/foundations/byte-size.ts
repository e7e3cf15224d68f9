const UNIT_BYTES = new Map([
  ['b', 1],
  ['k', 1024],
  ['m', 1024 ** 2],
  ['g', 1024 ** 3],
  ['t', 1024 ** 4],
]);

const SIZE = /^(\d+(?:\.\d*)?|\.\d+)([bkmgt]?)b?$/i;

/**
 * A size as docker-py writes it: a number of bytes, or digits with one of the units b, k, m, g, t (powers of 1024; "mb"
 * is "m"), an empty string being 0. Null: not a size, or beyond what a number holds exactly.
 */
export const parseByteSize = (value: unknown): number | null => {
  if (typeof value === 'number') return Number.isSafeInteger(value) && value >= 0 ? value : null;
  if (typeof value !== 'string') return null;
  if (value === '') return 0;
  const match = SIZE.exec(value);
  if (match === null) return null;
  const [, digits = '', unit = ''] = match;
  const bytes = Math.trunc(Number(digits) * (UNIT_BYTES.get(unit.toLowerCase()) ?? 1));
  return Number.isSafeInteger(bytes) ? bytes : null;
};
