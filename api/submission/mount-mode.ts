import { closedRule } from './options/rules.ts';
import { ok, type Parsed, refused } from './parsed.ts';
import type { SpecPolicy } from './spec-policy.ts';

/** With these, what a container mounts shows up on the host, or the other way round. */
const SHARED: ReadonlySet<string> = new Set(['shared', 'rshared', 'slave', 'rslave']);
export const isShared = (propagation: string): boolean => SHARED.has(propagation);

export const propagationRule = {
  rule: 'allowMountPropagation',
  because: 'what one side mounts would show up on the other',
  wayOut: 'use rprivate',
} as const;

/** Of each group a mode may hold one word. */
const groups = [
  ['rw', 'ro'],
  ['z', 'Z'],
  ['nocopy'],
  ['consistent', 'cached', 'delegated'],
  ['private', 'rprivate', ...SHARED],
] as const;
const known: ReadonlySet<string> = new Set(groups.flat());

/** Whether the last part of a bind's text says how it is mounted, and not where. */
export const isMode = (text: string): boolean => text.split(',').every((word) => known.has(word));

/** Docker's comma separated mount options; empty when none were said. */
export const parseMode = (mode: string, target: string, policy: SpecPolicy): Parsed<string> => {
  if (mode === '') return ok(mode);
  const words = mode.split(',');
  for (const word of words) {
    if (!known.has(word)) return refused(`volumes: "${word}" is no mount option for ${target}`);
    if (isShared(word) && !policy.allowMountPropagation) {
      return closedRule(`volumes: the mount option "${word}" of ${target}`, propagationRule);
    }
  }
  const crowded = groups.find((group) => words.filter((word) => group.some((one) => one === word)).length > 1);
  return crowded === undefined
    ? ok(mode)
    : refused(`volumes: the mode "${mode}" of ${target} says more than one of ${crowded.join(', ')}`);
};
