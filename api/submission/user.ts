import { ok, type Parsed, refused } from './parsed.ts';
import { parseText } from './scalars.ts';

/** The engine's ids are signed 32 bit numbers. */
const MAX_ID = 2_147_483_647;
const NAME = /^[A-Za-z_][A-Za-z0-9_.@-]{0,254}\$?$/;

const isUserOrGroup = (text: string): boolean => (/^\d{1,10}$/.test(text) ? Number(text) <= MAX_ID : NAME.test(text));

/** Docker's `user[:group]`, each a name or an id. Empty text is the image's own user. */
export const parseUser = (field: string, value: unknown): Parsed<string> => {
  const text = parseText(field, typeof value === 'number' ? String(value) : value);
  if (text.kind === 'refused' || text.value === '') return text;
  const parts = text.value.split(':');
  return parts.length <= 2 && parts.every(isUserOrGroup)
    ? ok(text.value)
    : refused(`${field} must be "user" or "user:group", each a name or an id from 0 to ${MAX_ID}`);
};
