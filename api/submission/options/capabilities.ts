import { ok } from '../parsed.ts';
import { parseText } from '../scalars.ts';
import { listOf } from './engine-object.ts';
import type { Parser } from './option.ts';
import { closedRule } from './rules.ts';

/** What every container has unless it is dropped. */
const ORDINARY: ReadonlySet<string> = new Set(
  `CHOWN DAC_OVERRIDE FSETID FOWNER MKNOD NET_RAW SETGID SETUID SETFCAP SETPCAP NET_BIND_SERVICE SYS_CHROOT KILL
  AUDIT_WRITE`.split(/\s+/),
);

const plainName = (capability: string): string => capability.toUpperCase().replace(/^CAP_/, '');

/** A list of names; the engine takes a single one as well. */
export const parseDroppedCapabilities: Parser<string[]> = (field, value, policy) =>
  listOf(parseText)(field, typeof value === 'string' ? [value] : value, policy);

export const parseAddedCapabilities: Parser<string[]> = (field, value, policy) => {
  const names = parseDroppedCapabilities(field, value, policy);
  if (names.kind === 'refused') return names;
  const allowed = new Set(policy.allowedCapabilities.map(plainName));
  const beyond = allowed.has('ALL')
    ? undefined
    : names.value.find((name) => !ORDINARY.has(plainName(name)) && !allowed.has(plainName(name)));
  if (beyond === undefined) return ok(names.value);
  const because = 'with capabilities beyond the ordinary ones a job can leave its container';
  return closedRule(`${field} "${beyond}"`, {
    rule: 'allowedCapabilities',
    because,
    wayOut: 'leave it out',
  });
};
