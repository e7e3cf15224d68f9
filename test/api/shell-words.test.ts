import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { splitShellWords } from '../../api/submission/shell-words.ts';
import { containing } from './containing.ts';

const words = (text: string) => {
  const split = splitShellWords(text);
  return split.kind === 'words' ? split.words : split;
};
const singleQuoted = (word: string): string => `'${word.replaceAll("'", `'"'"'`)}'`;
const doubleQuoted = (word: string): string => `"${word.replaceAll('\\', '\\\\').replaceAll('"', '\\"')}"`;
const escaped = (word: string): string => (word === '' ? "''" : word.replaceAll(/[^]/g, (char) => `\\${char}`));

describe('splitting a command as a shell does', () => {
  it.each<[string, readonly string[]]>([
    ['', []],
    ['  \t\n ', []],
    ['python main.py', ['python', 'main.py']],
    [`sh -c "echo 'a b'  c"`, ['sh', '-c', "echo 'a b'  c"]],
    [`a'b'"c"d`, ['abcd']],
    [`'' ""`, ['', '']],
    [`a\\ b`, ['a b']],
    [`"a\\nb" "\\"" "\\\\"`, ['a\\nb', '"', '\\']],
    [`'a\\b'`, ['a\\b']],
    ['echo # not a comment', ['echo', '#', 'not', 'a', 'comment']],
    ['echo $HOME *', ['echo', '$HOME', '*']],
    ['a\\\nb', ['a\nb']],
  ])('%j becomes %j', (text, expected) => {
    expect(words(text)).toEqual(expected);
  });

  it('says what is wrong with an open quotation and a dangling backslash', () => {
    expect(words(`sh -c "echo`)).toMatchObject({ kind: 'broken', because: containing('never closed') });
    expect(words("it's")).toMatchObject({ kind: 'broken', because: containing('never closed') });
    expect(words('a\\')).toMatchObject({ kind: 'broken', because: containing('backslash') });
    expect(words('"a\\')).toMatchObject({ kind: 'broken' });
  });

  it('gives back any words, however each is quoted', () => {
    const quoting = fc.constantFrom(singleQuoted, doubleQuoted, escaped);
    fc.assert(
      fc.property(fc.array(fc.tuple(fc.string({ unit: 'grapheme' }), quoting)), (pairs) => {
        const line = pairs.map(([word, quote]) => quote(word)).join(' \t');
        expect(words(line)).toEqual(pairs.map(([word]) => word));
      }),
    );
  });

  it('splits text without quotes and backslashes at its spaces only', () => {
    const plain = fc.string().filter((text) => !/['"\\]/.test(text));
    fc.assert(
      fc.property(plain, (text) => {
        expect(words(text)).toEqual(text.split(/[ \t\r\n]+/).filter((word) => word !== ''));
      }),
    );
  });
});
