import { refused } from '../parsed.ts';
import { parseText } from '../scalars.ts';
import type { Parser } from './option.ts';

export const parseIsolation: Parser<string> = (field, value) => {
  const isolation = parseText(field, value);
  if (isolation.kind === 'refused' || isolation.value.toLowerCase() === 'default') return isolation;
  return refused(`${field} must be "default" on Linux hosts, not "${isolation.value.slice(0, 50)}"`);
};
