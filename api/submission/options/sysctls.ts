import { jsonKind } from '../json-kind.ts';
import { ok, refused } from '../parsed.ts';
import { mapOf } from './engine-object.ts';
import type { Parser } from './option.ts';
import { closedRule } from './rules.ts';

/** What stays inside the container's own namespaces and costs the host nothing, as Kubernetes counts them. */
const HARMLESS: ReadonlySet<string> = new Set([
  'kernel.shm_rmid_forced',
  'net.ipv4.ip_local_port_range',
  'net.ipv4.ip_local_reserved_ports',
  'net.ipv4.ip_unprivileged_port_start',
  'net.ipv4.ping_group_range',
  'net.ipv4.tcp_fin_timeout',
  'net.ipv4.tcp_keepalive_intvl',
  'net.ipv4.tcp_keepalive_probes',
  'net.ipv4.tcp_keepalive_time',
  'net.ipv4.tcp_syncookies',
]);

const isNamed = (rule: string, name: string): boolean =>
  rule.endsWith('*') ? name.startsWith(rule.slice(0, -1)) : name === rule;

const parseValue: Parser<string> = (field, value) => {
  if (typeof value !== 'string' && typeof value !== 'number') {
    return refused(`${field} must be a string or a number, not ${jsonKind(value)}`);
  }
  const text = String(value);
  return text.includes('\0') ? refused(`${field} must not hold a NUL character`) : ok(text);
};

export const parseSysctls: Parser<Record<string, string>> = (field, value, policy) => {
  const sysctls = mapOf(parseValue)(field, value, policy);
  if (sysctls.kind === 'refused') return sysctls;
  const beyond = Object.keys(sysctls.value).find(
    (name) => !HARMLESS.has(name) && !policy.allowedSysctls.some((rule) => isNamed(rule, name)),
  );
  if (beyond === undefined) return sysctls;
  return closedRule(`${field}.${beyond}`, {
    rule: 'allowedSysctls',
    because: 'it is not one of the kernel parameters that stay inside a container',
    wayOut: 'leave it out',
  });
};
