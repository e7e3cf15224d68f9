const UNIT_BYTES = new Map([
  ['b', 1],
  ['k', 1024],
  ['m', 1024 ** 2],
  ['g', 1024 ** 3],
  ['t', 1024 ** 4],
]);

/** What Python's float() takes, but for infinity and its like. */
const FLOAT = /^\s*[+-]?(?:\d+(?:_\d+)*\.?(?:\d+(?:_\d+)*)?|\.\d+(?:_\d+)*)(?:e[+-]?\d+(?:_\d+)*)?\s*$/i;

const bytesOf = (text: string): number | null => {
  const size = /[a-z]b$/i.test(text) ? text.slice(0, -1) : text;
  const unit = /\d$/.test(size) ? '' : size.slice(-1);
  const digits = size.slice(0, size.length - unit.length);
  const unitBytes = UNIT_BYTES.get(unit.toLowerCase() || 'b');
  if (unitBytes === undefined || !FLOAT.test(digits)) return null;
  return Math.trunc(Number(digits.replaceAll('_', '')) * unitBytes);
};

/**
 * A size as docker-py reads it: a number of bytes, or Python's text for one with one of the units b, k, m, g, t (powers
 * of 1024; "mb" is "m"), an empty string being 0. Null: not a size, or beyond what a number holds exactly.
 */
export const parseByteSize = (value: unknown): number | null => {
  const bytes = typeof value === 'string' ? (value === '' ? 0 : bytesOf(value)) : value;
  // Adding 0 makes of Python's "-0" the 0 that it is.
  return typeof bytes === 'number' && Number.isSafeInteger(bytes) ? bytes + 0 : null;
};
