import type { ConfigOptions, HostOptions } from '../../../model/engine-options.ts';
import { ok, type Parsed } from '../parsed.ts';
import type { SpecPolicy } from '../spec-policy.ts';

export type Parser<T> = (field: string, value: unknown, policy: SpecPolicy) => Parsed<T>;

/** One engine option that a keyword came to, and where in the create request it stands. */
export type Part = { readonly where: 'config' | 'host'; readonly key: string; readonly value: unknown };

/** What a keyword of docker-py's means: the engine options its value comes to, or why it is refused. */
export type Keyword = Parser<readonly Part[]>;

const into =
  (where: Part['where'], key: string, parse: Parser<unknown>): Keyword =>
  (field, value, policy) => {
    const parsed = parse(field, value, policy);
    return parsed.kind === 'refused' ? parsed : ok([{ where, key, value: parsed.value }]);
  };

export const host = <Key extends keyof HostOptions>(key: Key, parse: Parser<NonNullable<HostOptions[Key]>>): Keyword =>
  into('host', key, parse);

export const config = <Key extends keyof ConfigOptions>(
  key: Key,
  parse: Parser<NonNullable<ConfigOptions[Key]>>,
): Keyword => into('config', key, parse);

/** What Python takes for false. */
export const isFalsy = (value: unknown): boolean =>
  value === undefined ||
  value === null ||
  value === false ||
  value === 0 ||
  value === '' ||
  (typeof value === 'object' && Object.keys(value).length === 0);

/** docker-py takes false, 0 and what is empty for "not given", of whatever type. */
export const unlessFalsy =
  (keyword: Keyword): Keyword =>
  (field, value, policy) =>
    isFalsy(value) ? ok([]) : keyword(field, value, policy);

/** A keyword that says nothing about the container. */
export const ignored: Keyword = () => ok([]);
