import { refused, type Parsed, ok } from './parsed.ts';

/** Of each group a mode may hold one word. */
const groups = [
  ['rw', 'ro'],
  ['z', 'Z'],
  ['nocopy'],
  ['consistent', 'cached', 'delegated'],
  ['private', 'rprivate'],
] as const;
const known: ReadonlySet<string> = new Set(groups.flat());

/** With these, what a container mounts shows up on the host, or the other way round. */
const unsupported: ReadonlySet<string> = new Set(['shared', 'rshared', 'slave', 'rslave']);

/** Docker's comma separated mount options. */
export const parseMode = (mode: string, target: string): Parsed<string> => {
  const words = mode.split(',');
  for (const word of words) {
    if (unsupported.has(word)) return refused(`volumes: not supported yet: the mount option "${word}" of ${target}`);
    if (!known.has(word)) return refused(`volumes: "${word}" is no mount option for ${target}`);
  }
  const crowded = groups.find((group) => words.filter((word) => group.some((one) => one === word)).length > 1);
  return crowded === undefined
    ? ok(mode)
    : refused(`volumes: the mode "${mode}" of ${target} says more than one of ${crowded.join(', ')}`);
};
