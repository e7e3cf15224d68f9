import type { JobPolicy } from '../../../model/job-policy.ts';
import { type Parsed, refused } from '../parsed.ts';
import type { SpecPolicy } from '../spec-policy.ts';
import type { Parser } from './option.ts';

export type Rule<Name> = {
  readonly rule: Name;
  /** Reads after "... is refused:". */
  readonly because: string;
  readonly wayOut: string;
};

/** What an operator could allow is refused. */
export const closedRule = (what: string, { rule, because, wayOut }: Rule<keyof JobPolicy>): Parsed<never> =>
  refused(`${what} is refused: ${because}; ${wayOut}; an operator can set \`policy.${rule}\` in longshore.yaml`);

/** What Longshore does itself, or cannot do: no policy opens these. */
type FixedRuleName = 'own_log_driver' | 'own_restarts' | 'no_terminal' | 'no_lxc';

export const fixedRule = (what: string, { rule, because, wayOut }: Rule<FixedRuleName>): Parsed<never> =>
  refused(`${what} is refused by the rule ${rule}: ${because}; ${wayOut}`);

type Allowance = { [Key in keyof JobPolicy]: JobPolicy[Key] extends boolean ? Key : never }[keyof JobPolicy];

/** A value that is only taken where the policy allows it; `when` says which values need that. */
export const needs =
  <T>(rule: Rule<Allowance>, parse: Parser<T>, when: (value: T) => boolean = () => true): Parser<T> =>
  (field: string, value: unknown, policy: SpecPolicy) => {
    const parsed = parse(field, value, policy);
    if (parsed.kind === 'refused' || policy[rule.rule] || !when(parsed.value)) return parsed;
    return closedRule(typeof value === 'string' ? `${field} "${value}"` : field, rule);
  };
