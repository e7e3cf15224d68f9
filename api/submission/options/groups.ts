import { ok } from '../parsed.ts';
import { parseText } from '../scalars.ts';
import { listOf } from './engine-object.ts';
import type { Parser } from './option.ts';

/** Names and ids of groups. */
export const parseGroups: Parser<string[]> = listOf((field, value) =>
  typeof value === 'number' && Number.isSafeInteger(value) ? ok(String(value)) : parseText(field, value),
);
