import { isJsonObject, jsonKind } from './json-kind.ts';
import { ok, type Parsed, parseEach, refused } from './parsed.ts';
import { parseText } from './scalars.ts';

/** Labels under this prefix are how Longshore knows its own containers: a job that set one could pass for another. */
const RESERVED_PREFIX = 'io.longshore.';

const parseLabel = (field: string, [key, value]: readonly [string, unknown]): Parsed<readonly [string, string]> => {
  if (key === '') return refused(`a label in ${field} has no name`);
  if (key.startsWith(RESERVED_PREFIX))
    return refused(`${field}.${key} is reserved: choose a name outside "${RESERVED_PREFIX}"`);
  const text = parseText(`${field}.${key}`, value);
  return text.kind === 'refused' ? text : ok([key, text.value]);
};

/** `labels` as an object, or as docker-py's list of names, each with an empty value. */
export const parseLabels = (value: unknown, field = 'labels'): Parsed<Record<string, string>> => {
  if (!isJsonObject(value) && !Array.isArray(value)) {
    return refused(`${field} must be an object or a list of strings, not ${jsonKind(value)}`);
  }
  const wrong = Array.isArray(value) ? value.findIndex((name) => typeof name !== 'string') : -1;
  if (wrong >= 0 && Array.isArray(value)) {
    return refused(`${field}[${wrong}] must be a string, not ${jsonKind(value[wrong])}`);
  }
  const pairs = Array.isArray(value)
    ? value.map((name): [string, unknown] => [String(name), ''])
    : Object.entries(value);
  const labels = parseEach(pairs, (pair: readonly [string, unknown]) => parseLabel(field, pair));
  return labels.kind === 'refused' ? labels : ok(Object.fromEntries(labels.value));
};
