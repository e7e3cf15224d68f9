import { ok, type Parsed, refused } from './parsed.ts';
import { parseText } from './scalars.ts';

/** Keeps what the pattern below may cost small, whatever is sent. */
const MAX_CHARS = 512;

const PART = '[a-z0-9]+(?:(?:\\.|_|__|-+)[a-z0-9]+)*';
const LABEL = '[a-zA-Z0-9](?:[a-zA-Z0-9-]*[a-zA-Z0-9])?';
const DOMAIN = `(?:${LABEL}(?:\\.${LABEL})*|\\[[a-fA-F0-9:]+\\])(?::[0-9]+)?`;
const TAG = '\\w[\\w.-]{0,127}';
const DIGEST = '[A-Za-z][A-Za-z0-9]*(?:[-_+.][A-Za-z][A-Za-z0-9]*)*:[0-9a-fA-F]{32,}';
/** Docker's own grammar of references. */
const REFERENCE = new RegExp(`^(?:${DOMAIN}/)?${PART}(?:/${PART})*(?::${TAG})?(?:@${DIGEST})?$`);

/**
 * An image's reference; one without tag or digest means `:latest`. The engine puts it into a path of its own API, so
 * what is no reference must not get there.
 */
export const parseImage = (value: unknown): Parsed<string> => {
  if (value === undefined || value === null || value === '') return refused('image is required');
  const text = parseText('image', value);
  if (text.kind === 'refused') return text;
  if (text.value.length > MAX_CHARS) return refused(`image is longer than ${MAX_CHARS} characters`);
  if (/\s/.test(text.value)) return refused('image must not hold spaces');
  if (!REFERENCE.test(text.value)) {
    return refused(`image "${text.value}" is no image reference like "registry.example:5000/team/image:tag"`);
  }
  const lastPart = text.value.slice(text.value.lastIndexOf('/') + 1);
  return ok(lastPart.includes(':') || text.value.includes('@') ? text.value : `${text.value}:latest`);
};
