import { isJsonObject, jsonKind } from '../json-kind.ts';
import { ok, type Parsed, refused } from '../parsed.ts';
import { parseText, parseWhole } from '../scalars.ts';
import { eitherName } from './either-name.ts';
import { listOf } from './engine-object.ts';
import type { Parser } from './option.ts';

type Ulimit = { Name: string; Soft: number | null; Hard: number | null };

const parseLimit = (field: string, value: unknown): Parsed<number | null> =>
  value === undefined || value === null ? ok(null) : parseWhole(field, value);

const parseUlimit: Parser<Ulimit> = (field, value) => {
  if (!isJsonObject(value)) return refused(`${field} must be an object, not ${jsonKind(value)}`);
  const given = eitherName(field, value, { name: 'Name', soft: 'Soft', hard: 'Hard' });
  if (given.kind === 'refused') return given;
  const name = parseText(`${field}.name`, given.value['name']);
  if (name.kind === 'refused') return name;
  const soft = parseLimit(`${field}.soft`, given.value['soft']);
  if (soft.kind === 'refused') return soft;
  const hard = parseLimit(`${field}.hard`, given.value['hard']);
  if (hard.kind === 'refused') return hard;
  return ok({ Name: name.value, Soft: soft.value, Hard: hard.value });
};

/** docker.types.Ulimit by its own or the Engine API's names. */
export const parseUlimits: Parser<Ulimit[]> = listOf(parseUlimit);
