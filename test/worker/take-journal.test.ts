import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import type { Journal } from '../../activities/docker/journal.ts';
import { openJournal } from '../../activities/docker/sqlite-journal.ts';
import { takeJournal } from '../../worker/host/take-journal.ts';
import { identify } from '../../worker/process-identity.ts';
import { startChild } from '../support/child.ts';

let dataDir: string;
let journal: Journal;
beforeEach(async () => {
  dataDir = await mkdtemp(join(tmpdir(), 'longshore-take-'));
  journal = openJournal(join(dataDir, 'journal.db'));
});
afterEach(async () => {
  journal.shut();
  await rm(dataDir, { recursive: true, force: true });
});

describe('the journal in a data directory', () => {
  it('is refused while the process lives that it was copied from, and taken once that is gone', async () => {
    const original = await startChild(process.execPath, ['-e', 'setInterval(() => undefined, 1000)']);
    const identity = await identify(original.pid);
    if (identity === null) throw new Error('the process has no identity');
    journal.ownedBy(identity);
    await expect(takeJournal(journal, { name: 'h', dataDir })).rejects.toThrow(
      `${dataDir} is a copy of the data directory that process ${original.pid} works with`,
    );
    await original.kill();
    await takeJournal(journal, { name: 'h', dataDir });
    expect(journal.owner()).toEqual(await identify(process.pid));
    await takeJournal(journal, { name: 'h', dataDir });
  });
});
