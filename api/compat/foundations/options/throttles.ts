import { ok } from '../parsed.ts';
import { parseCount, parseText } from '../scalars.ts';
import { listOf, readObject } from './engine-object.ts';
import type { Parser } from './option.ts';

/** Rates per second, by device. */
export const parseThrottles: Parser<{ Path: string; Rate: number }[]> = listOf((field, value, policy) => {
  const read = readObject(field, value, { Path: parseText, Rate: parseCount }, policy);
  return read.kind === 'refused' ? read : ok({ Path: read.value.Path ?? '', Rate: read.value.Rate ?? 0 });
});

export const parseWeights: Parser<{ Path: string; Weight: number }[]> = listOf((field, value, policy) => {
  const read = readObject(field, value, { Path: parseText, Weight: parseCount }, policy);
  return read.kind === 'refused' ? read : ok({ Path: read.value.Path ?? '', Weight: read.value.Weight ?? 0 });
});
