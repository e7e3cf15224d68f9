import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import Database from 'libsql';
import { afterEach, beforeEach, expect, it } from 'vitest';
import type { Ledger } from '../../ledger/ledger.ts';
import { openSqliteLedger } from '../../ledger/sqlite/open-sqlite-ledger.ts';
import { aHello, aUid, HOST } from './builders.ts';

let directory: string;
beforeEach(async () => {
  directory = await mkdtemp(join(tmpdir(), 'longshore-gone-marks-'));
});
afterEach(() => rm(directory, { recursive: true }));

const opened = async <T>(work: (ledger: Ledger) => Promise<T>): Promise<T> => {
  const ledger = await openSqliteLedger({ directory, sealKey: new Uint8Array(32).fill(7), now: Date.now });
  try {
    return await work(ledger);
  } finally {
    await ledger.close();
  }
};

it('a host that an earlier version removed is gone for all that was given until the upgrade, and for nothing later', async () => {
  await opened(async (ledger) => {
    await ledger.hello(aHello({ highestEpoch: { generation: 1, counter: 9 } }));
    await ledger.removeHost({ name: HOST, destroyed: false });
  });
  const raw = new Database(join(directory, 'ledger.db'));
  raw.exec('update hosts set gone_generation = null, gone_counter = null');
  raw.exec("delete from kysely_migration where name = '0013-gone-marks'");
  raw.close();
  await opened(async (ledger) => {
    const isDestroyed = (generation: number): Promise<boolean> =>
      ledger.isDestroyed({ uid: aUid(), epoch: { generation, counter: 9 }, host: HOST });
    expect([await isDestroyed(1), await isDestroyed(2)]).toEqual([true, false]);
  });
});
