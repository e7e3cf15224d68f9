import type { ConfigOptions } from '../../../model/engine-options.ts';
import { isJsonObject, jsonKind } from '../json-kind.ts';
import { ok, refused } from '../parsed.ts';
import { parseText, parseWhole } from '../scalars.ts';
import { eitherName } from './either-name.ts';
import { listOf } from './engine-object.ts';
import type { Parser } from './option.ts';

const names = {
  test: 'Test',
  interval: 'Interval',
  timeout: 'Timeout',
  retries: 'Retries',
  start_period: 'StartPeriod',
};

/** Durations are in nanoseconds; a test given as text is for the container's shell. */
export const parseHealthcheck: Parser<NonNullable<ConfigOptions['Healthcheck']>> = (field, value, policy) => {
  if (!isJsonObject(value)) return refused(`${field} must be an object, not ${jsonKind(value)}`);
  if (Object.keys(value).length === 0) return ok({});
  const given = eitherName(field, value, names);
  if (given.kind === 'refused') return given;
  const { test: asked } = given.value;
  const test =
    asked === undefined || asked === null
      ? ok(null)
      : listOf(parseText)(`${field}.test`, typeof asked === 'string' ? ['CMD-SHELL', asked] : asked, policy);
  if (test.kind === 'refused') return test;
  const numbers: (number | null)[] = [];
  for (const name of ['interval', 'timeout', 'retries', 'start_period']) {
    const part = given.value[name];
    const parsed = part === undefined || part === null ? ok(null) : parseWhole(`${field}.${name}`, part);
    if (parsed.kind === 'refused') return parsed;
    numbers.push(parsed.value);
  }
  const [Interval = null, Timeout = null, Retries = null, StartPeriod = null] = numbers;
  return ok({ Test: test.value, Interval, Timeout, Retries, StartPeriod });
};
