import { parseText } from '../scalars.ts';
import { listOf } from './engine-object.ts';
import type { Parser } from './option.ts';

/** A list of containers, or their names parted by commas. */
export const parseVolumesFrom: Parser<string[]> = (field, value, policy) =>
  listOf(parseText)(field, typeof value === 'string' ? value.split(',') : value, policy);
