import type { JsonObject } from '../json-kind.ts';
import { ok, type Parsed, refused } from '../parsed.ts';

/**
 * An object of docker.types: each field by docker-py's own name or by the Engine API's, the former wins. Answers by
 * docker-py's names.
 */
export const eitherName = (
  field: string,
  value: JsonObject,
  names: Readonly<Record<string, string>>,
): Parsed<JsonObject> => {
  const known = new Set(Object.entries(names).flat());
  const unknown = Object.keys(value).find((key) => !known.has(key));
  if (unknown !== undefined) {
    return refused(`${field} has an unknown key: ${unknown}; known are ${Object.keys(names).join(', ')}`);
  }
  return ok(
    Object.fromEntries(
      Object.entries(names).map(([own, engines]) => [own, own in value ? value[own] : value[engines]]),
    ),
  );
};
