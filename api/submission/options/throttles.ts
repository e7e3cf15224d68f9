import { ok, type Parsed, refused } from '../parsed.ts';
import { parseCount, parseText } from '../scalars.ts';
import { listOf, readObject } from './engine-object.ts';
import type { Parser } from './option.ts';

const incomplete = (field: string, key: string): Parsed<never> => refused(`${field} must have a Path and a ${key}`);

/** Rates per second, by device. */
export const parseThrottles: Parser<{ Path: string; Rate: number }[]> = listOf((field, value, policy) => {
  const read = readObject(field, value, { Path: parseText, Rate: parseCount }, policy);
  if (read.kind === 'refused') return read;
  const { Path, Rate } = read.value;
  return Path === undefined || Rate === undefined ? incomplete(field, 'Rate') : ok({ Path, Rate });
});

export const parseWeights: Parser<{ Path: string; Weight: number }[]> = listOf((field, value, policy) => {
  const read = readObject(field, value, { Path: parseText, Weight: parseCount }, policy);
  if (read.kind === 'refused') return read;
  const { Path, Weight } = read.value;
  return Path === undefined || Weight === undefined ? incomplete(field, 'Weight') : ok({ Path, Weight });
});
