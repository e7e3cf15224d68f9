export type ShellWords =
  { readonly kind: 'words'; readonly words: readonly string[] } | { readonly kind: 'broken'; readonly because: string };

const isSpace = (char: string): boolean => char === ' ' || char === '\t' || char === '\r' || char === '\n';

/**
 * Splits a command as a POSIX shell splits words, without expanding anything: quotes group, a backslash takes the next
 * character as it is (inside double quotes only before `"` and `\`), and `#` is an ordinary character. The same as
 * Python's shlex.split, which docker-py applies to a command given as one string.
 */
export const splitShellWords = (text: string): ShellWords => {
  const words: string[] = [];
  /** Null between words: `''` is a word, a space is none. */
  let word: string | null = null;
  let quote: '"' | "'" | null = null;
  for (let at = 0; at < text.length; at += 1) {
    const char = text.charAt(at);
    if (quote !== null && char === quote) {
      quote = null;
    } else if (quote === "'") {
      word = (word ?? '') + char;
    } else if (char === '\\') {
      at += 1;
      if (at === text.length) return { kind: 'broken', because: 'it ends with a backslash that escapes nothing' };
      const next = text.charAt(at);
      const taken = quote === '"' && next !== '"' && next !== '\\' ? char + next : next;
      word = (word ?? '') + taken;
    } else if (quote === '"') {
      word = (word ?? '') + char;
    } else if (char === '"' || char === "'") {
      quote = char;
      word ??= '';
    } else if (isSpace(char)) {
      if (word !== null) words.push(word);
      word = null;
    } else {
      word = (word ?? '') + char;
    }
  }
  if (quote !== null) return { kind: 'broken', because: `a quotation opened with ${quote} is never closed` };
  if (word !== null) words.push(word);
  return { kind: 'words', words };
};
