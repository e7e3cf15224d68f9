import { isJsonObject, jsonKind } from './json-kind.ts';
import { ok, type Parsed, parseEach, refused } from './parsed.ts';

const checkEntry = (field: string, entry: string): Parsed<string> => {
  if (entry === '' || entry.startsWith('=')) return refused(`${field} has no name before its "="`);
  return entry.includes('\0') ? refused(`${field} must not hold a NUL character`) : ok(entry);
};

/** As docker-py prints a value: Python's words for true and false; null passes the name alone. */
const formatEntry = (name: string, value: string | number | boolean | null): string => {
  if (value === null) return name;
  return `${name}=${typeof value === 'boolean' ? (value ? 'True' : 'False') : value}`;
};

const parseVariable = ([name, value]: readonly [string, unknown]): Parsed<string> => {
  const field = `environment.${name}`;
  if (name.includes('=')) return refused('a name in environment must not hold "="');
  if (value !== null && typeof value !== 'string' && typeof value !== 'number' && typeof value !== 'boolean') {
    return refused(`${field} must be a string, a number, a boolean or null, not ${jsonKind(value)}`);
  }
  return checkEntry(field, formatEntry(name, value));
};

/** `environment` as "KEY=value" entries. A refusal names the variable and never its value: it may be a secret. */
export const parseEnvironment = (value: unknown): Parsed<string[]> => {
  if (isJsonObject(value)) return parseEach(Object.entries(value), parseVariable);
  if (!Array.isArray(value))
    return refused(`environment must be an object or a list of strings, not ${jsonKind(value)}`);
  return parseEach([...value.entries()], ([index, entry]: readonly [number, unknown]) =>
    typeof entry === 'string'
      ? checkEntry(`environment[${index}]`, entry)
      : refused(`environment[${index}] must be a string, not ${jsonKind(entry)}`),
  );
};
