import { isJsonObject, jsonKind } from '../json-kind.ts';
import { ok, type Parsed, refused } from '../parsed.ts';
import type { SpecPolicy } from '../spec-policy.ts';
import type { Parser } from './option.ts';

type Shape = Readonly<Record<string, Parser<unknown>>>;
type Read<S extends Shape> = { -readonly [Key in keyof S]?: S[Key] extends Parser<infer T> ? T : never };

/**
 * An object as the Engine API has it. The engine takes its keys in any case and drops what it does not know; here that
 * is refused by name. A key whose value is null is one not given.
 */
export const readObject = <S extends Shape>(
  field: string,
  value: unknown,
  shape: S,
  policy: SpecPolicy,
): Parsed<Read<S>> => {
  if (!isJsonObject(value)) return refused(`${field} must be an object, not ${jsonKind(value)}`);
  const names = new Map(Object.keys(shape).map((name) => [name.toLowerCase(), name]));
  const read: Record<string, unknown> = {};
  for (const [key, given] of Object.entries(value)) {
    const name = names.get(key.toLowerCase());
    const parse = name === undefined ? undefined : shape[name];
    if (name === undefined || parse === undefined) {
      return refused(`${field} has an unknown key: ${key}; known are ${Object.keys(shape).join(', ')}`);
    }
    if (given === null) continue;
    const parsed = parse(`${field}.${key}`, given, policy);
    if (parsed.kind === 'refused') return parsed;
    read[name] = parsed.value;
  }
  // Each value was read by the parser that stands under its name in the shape.
  return ok(read as Read<S>);
};

/** Each entry of a list, named by its place. */
export const listOf =
  <T>(parse: Parser<T>): Parser<T[]> =>
  (field, value, policy) => {
    if (!Array.isArray(value)) return refused(`${field} must be a list, not ${jsonKind(value)}`);
    const read: T[] = [];
    for (const [index, entry] of value.entries()) {
      const parsed = parse(`${field}[${index}]`, entry, policy);
      if (parsed.kind === 'refused') return parsed;
      read.push(parsed.value);
    }
    return ok(read);
  };

/** An object from any names to values of one kind. */
export const mapOf =
  <T>(parse: Parser<T>): Parser<Record<string, T>> =>
  (field, value, policy) => {
    if (!isJsonObject(value)) return refused(`${field} must be an object, not ${jsonKind(value)}`);
    const read: [string, T][] = [];
    for (const [key, entry] of Object.entries(value)) {
      if (key.includes('\0')) return refused(`${field} must not hold a NUL character`);
      const parsed = parse(`${field}.${key}`, entry, policy);
      if (parsed.kind === 'refused') return parsed;
      read.push([key, parsed.value]);
    }
    return ok(Object.fromEntries(read));
  };
