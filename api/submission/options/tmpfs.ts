import { isJsonObject, jsonKind } from '../json-kind.ts';
import { ok, type Parsed, refused } from '../parsed.ts';
import { pathFault } from '../paths.ts';
import { parseText } from '../scalars.ts';
import { listOf, mapOf } from './engine-object.ts';
import type { Parser } from './option.ts';

const fromList = (entries: readonly string[]): Record<string, string> =>
  Object.fromEntries(
    entries.map((entry) => {
      const colon = entry.indexOf(':');
      return colon < 0 ? [entry, ''] : [entry.slice(0, colon), entry.slice(colon + 1)];
    }),
  );

const checkPaths = (field: string, tmpfs: Record<string, string>): Parsed<Record<string, string>> => {
  for (const path of Object.keys(tmpfs)) {
    const fault = path.startsWith('/') ? pathFault(path) : 'must be mounted at absolute paths';
    if (fault !== null) return refused(`${field} ${fault}`);
  }
  return ok(tmpfs);
};

/** `{path: options}`, or a list of "path:options". */
export const parseTmpfs: Parser<Record<string, string>> = (field, value, policy) => {
  if (isJsonObject(value)) {
    const read = mapOf(parseText)(field, value, policy);
    return read.kind === 'refused' ? read : checkPaths(field, read.value);
  }
  if (!Array.isArray(value)) return refused(`${field} must be an object or a list of strings, not ${jsonKind(value)}`);
  const listed = listOf(parseText)(field, value, policy);
  return listed.kind === 'refused' ? listed : checkPaths(field, fromList(listed.value));
};
