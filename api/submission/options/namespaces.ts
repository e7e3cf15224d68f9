import { refused } from '../parsed.ts';
import { parseText } from '../scalars.ts';
import type { Parser } from './option.ts';
import { needs } from './rules.ts';

const hostRule = {
  rule: 'allowHostNamespaces',
  because: "it opens the host's own namespace to the job",
  wayOut: 'leave it out',
} as const;

export const foreignRule = {
  rule: 'allowForeignContainers',
  because: "it opens another container to the job, and a job's only container is its own",
  wayOut: 'let the two meet in a network by its name',
} as const;

const isHost = (mode: string): boolean => mode === 'host';
const isForeign = (mode: string): boolean => mode.startsWith('container:');

/** One of the words, or with `foreign` another container's. The engine would refuse the rest when the job starts. */
const mode =
  (words: readonly string[], foreign: boolean): Parser<string> =>
  (field, value) => {
    const text = parseText(field, value);
    if (text.kind === 'refused' || words.includes(text.value)) return text;
    if (foreign && isForeign(text.value)) return text;
    const known = [...words, ...(foreign ? ['container:<name>'] : [])].map((word) => `"${word}"`);
    return refused(`${field} must be ${known.join(' or ')}, not "${text.value.slice(0, 50)}"`);
  };

const judged = (parse: Parser<string>): Parser<string> => needs(foreignRule, needs(hostRule, parse, isHost), isForeign);

export const parseIpcMode = judged(mode(['none', 'private', 'shareable', 'host'], true));
export const parsePidMode = judged(mode(['host'], true));
/** Also the user namespace, which can only be the host's. */
export const parseHostMode = judged(mode(['host'], false));
export const parseCgroupNamespace = judged(mode(['private', 'host'], false));
