import { jsonKind } from './json-kind.ts';
import { ok, type Parsed, refused } from './parsed.ts';
import { parseByteSize } from './byte-size.ts';
import { splitShellWords } from './shell-words.ts';

/** The engine takes no NUL in any text; said here, it is a 400 and not a container that fails to start. */
export const parseText = (field: string, value: unknown): Parsed<string> => {
  if (typeof value !== 'string') return refused(`${field} must be a string, not ${jsonKind(value)}`);
  return value.includes('\0') ? refused(`${field} must not hold a NUL character`) : ok(value);
};

export const parseName = (field: string, value: unknown): Parsed<string> => {
  const text = parseText(field, value);
  if (text.kind === 'refused') return text;
  return /^[A-Za-z0-9][A-Za-z0-9_.-]*$/.test(text.value)
    ? text
    : refused(`${field} must begin with a letter or a digit and hold only letters, digits, "_", "." and "-"`);
};

export const parseCount = (field: string, value: unknown): Parsed<number> =>
  typeof value === 'number' && Number.isSafeInteger(value) && value >= 0
    ? ok(value)
    : refused(
        `${field} must be a whole number of 0 or more, not ${typeof value === 'number' ? value : jsonKind(value)}`,
      );

export const parseSize = (field: string, value: unknown): Parsed<number> => {
  const bytes = parseByteSize(value);
  if (bytes !== null && bytes >= 0) return ok(bytes);
  const given = typeof value === 'string' ? `"${value}"` : typeof value === 'number' ? value : jsonKind(value);
  return refused(`${field} must be a number of bytes or a size like "512m" (units b, k, m, g, t), not ${given}`);
};

/** A size, or -1 for no limit. */
export const parseSizeOrUnlimited = (field: string, value: unknown): Parsed<number> =>
  parseByteSize(value) === -1 ? ok(-1) : parseSize(field, value);

/** Arguments: a list as it is, a string split as a shell splits words. */
export const parseArguments = (field: string, value: unknown): Parsed<string[]> => {
  if (Array.isArray(value)) {
    for (const [index, argument] of value.entries()) {
      const text = parseText(`${field}[${index}]`, argument);
      if (text.kind === 'refused') return text;
    }
    return ok(value.filter((argument) => typeof argument === 'string'));
  }
  if (typeof value !== 'string')
    return refused(`${field} must be a string or a list of strings, not ${jsonKind(value)}`);
  const text = parseText(field, value);
  if (text.kind === 'refused') return text;
  const split = splitShellWords(value);
  return split.kind === 'words'
    ? ok([...split.words])
    : refused(`${field} cannot be split into words: ${split.because}`);
};

/** Python's int, as far as a number holds it exactly. */
export const parseWhole = (field: string, value: unknown): Parsed<number> =>
  typeof value === 'number' && Number.isSafeInteger(value)
    ? ok(value)
    : refused(`${field} must be a whole number, not ${typeof value === 'number' ? value : jsonKind(value)}`);

export const parseFlag = (field: string, value: unknown): Parsed<boolean> =>
  typeof value === 'boolean' ? ok(value) : refused(`${field} must be true or false, not ${jsonKind(value)}`);
