import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { LedgerThread } from '../../ledger/sqlite/ledger-thread.ts';
import { openSqliteLedger } from '../../ledger/sqlite/open-sqlite-ledger.ts';
import type { WriteVerbs } from '../../ledger/verbs/write-verbs.ts';

describe('a ledger thread', () => {
  it('fails every call that waits, and every later one, when it dies', async () => {
    const thread = await LedgerThread.start<WriteVerbs>({
      entry: new URL('./dying-thread.js', import.meta.url),
      start: { directory: '', sealKey: new Uint8Array() },
      now: () => 0,
      onTopics: () => undefined,
    });
    const waiting = await Promise.allSettled([
      thread.call('probeWrite', undefined),
      thread.call('probeWrite', undefined),
    ]);
    const unavailable = { code: 'ledger_unavailable', message: expect.stringContaining('the disk is gone') };
    expect(waiting).toMatchObject([{ reason: unavailable }, { reason: unavailable }]);
    await expect(thread.call('probeWrite', undefined)).rejects.toMatchObject(unavailable);
    await thread.close();
  });

  it('says which ledger cannot be opened, and lets go of it', async () => {
    const directory = await mkdtemp(join(tmpdir(), 'longshore-broken-'));
    await writeFile(join(directory, 'ledger.db'), 'this is no database, and long enough to be read as one'.repeat(100));
    const open = () => openSqliteLedger({ directory, sealKey: new Uint8Array(32), now: () => 0 });
    const refused = { code: 'ledger_unavailable', message: expect.stringContaining(directory) };
    await expect(open()).rejects.toMatchObject(refused);
    await expect(open()).rejects.toMatchObject(refused);
    await rm(directory, { recursive: true });
  });
});
