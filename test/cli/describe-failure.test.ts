import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { describeFailure } from '../../cli/describe-failure.ts';
import { LongshoreError } from '../../model/error.ts';

let home: string;
beforeEach(() => {
  home = mkdtempSync(join(tmpdir(), 'longshore-failure-'));
});
afterEach(() => rmSync(home, { recursive: true }));

const failureOf = (make: () => unknown): string => {
  try {
    make();
    return 'no failure';
  } catch (error) {
    return describeFailure(error);
  }
};

describe('what a user reads of a failure', () => {
  it.each([
    { at: 'a file', under: [] },
    { at: 'a path below a file', under: ['up'] },
  ])('names the directory that cannot be made, why, and the way out: $at', ({ under }) => {
    const file = join(home, 'a-file');
    writeFileSync(file, '');
    const directory = join(file, ...under);
    const said = failureOf(() => mkdirSync(directory, { recursive: true }));
    expect(said).toContain(`the directory ${directory} cannot be made: `);
    expect(said).toMatch(/file.*--data-dir$/);
    expect(said).not.toContain('\n');
  });

  it('is the message of what was expected, and the stack of what was not', () => {
    expect(describeFailure(new LongshoreError('no_engine', 'no engine is named'))).toBe('no engine is named');
    expect(describeFailure(new Error('a surprise'))).toMatch(/a surprise\n +at /);
  });
});
