import { ok, type Parsed, refused } from './parsed.ts';
import { parseText } from './scalars.ts';

/** An image's reference; one without tag or digest means `:latest`. */
export const parseImage = (value: unknown): Parsed<string> => {
  if (value === undefined || value === null || value === '') return refused('image is required');
  const text = parseText('image', value);
  if (text.kind === 'refused') return text;
  if (/\s/.test(text.value)) return refused('image must not hold spaces');
  const lastPart = text.value.slice(text.value.lastIndexOf('/') + 1);
  return ok(lastPart.includes(':') || text.value.includes('@') ? text.value : `${text.value}:latest`);
};
