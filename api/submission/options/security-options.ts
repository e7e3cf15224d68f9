import { ok } from '../parsed.ts';
import { parseText } from '../scalars.ts';
import { listOf } from './engine-object.ts';
import type { Parser } from './option.ts';
import { closedRule } from './rules.ts';

/** These only take from a container what it could do. */
const TIGHTENING = /^no-new-privileges(?:[:=]true)?$/;

export const parseSecurityOptions: Parser<string[]> = (field, value, policy) => {
  const options = listOf(parseText)(field, value, policy);
  if (options.kind === 'refused') return options;
  const beyond = options.value.find((one) => !TIGHTENING.test(one) && !policy.allowedSecurityOptions.includes(one));
  if (beyond === undefined) return ok(options.value);
  return closedRule(`${field} "${beyond.slice(0, 100)}"`, {
    rule: 'allowedSecurityOptions',
    because: "it can take away what the engine's own profiles forbid",
    wayOut: 'leave it out, or say no-new-privileges',
  });
};
