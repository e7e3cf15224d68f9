import { isJsonObject } from '../json-kind.ts';
import { ok, refused } from '../parsed.ts';
import { parseText } from '../scalars.ts';
import { listOf, mapOf } from './engine-object.ts';
import type { Parser } from './option.ts';

const byName = ([left]: readonly [string, unknown], [right]: readonly [string, unknown]): number =>
  left < right ? -1 : left > right ? 1 : 0;

/** `{name: address}`, or the engine's own "name:address". */
export const parseExtraHosts: Parser<string[]> = (field, value, policy) => {
  if (!isJsonObject(value)) return listOf(parseText)(field, value, policy);
  const hosts = mapOf(parseText)(field, value, policy);
  if (hosts.kind === 'refused') return hosts;
  return ok(
    Object.entries(hosts.value)
      .sort(byName)
      .map(([name, address]) => `${name}:${address}`),
  );
};

const parsePair: Parser<readonly [string, string]> = (field, value, policy) => {
  if (!Array.isArray(value) || value.length !== 2)
    return refused(`${field} must be a pair of a container and its alias`);
  const pair = listOf((name, part) => (part === null ? ok('') : parseText(name, part)))(field, value, policy);
  if (pair.kind === 'refused') return pair;
  const [container = '', alias = ''] = pair.value;
  return ok([container, alias]);
};

/** `{container: alias}` or pairs; the alias may be missing. */
export const parseLinks: Parser<string[]> = (field, value, policy) => {
  const pairs = listOf(parsePair)(field, isJsonObject(value) ? Object.entries(value) : value, policy);
  if (pairs.kind === 'refused') return pairs;
  return ok(
    pairs.value
      .map(([container, alias]): [string, string] => [container, alias])
      .sort((left, right) => byName(left, right) || byName([left[1], 0], [right[1], 0]))
      .map(([container, alias]) => (alias === '' ? container : `${container}:${alias}`)),
  );
};
