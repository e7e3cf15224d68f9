import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach } from 'vitest';
import { openSqliteLedger } from '../../ledger/sqlite/open-sqlite-ledger.ts';
import { sqliteRowsSaying } from '../support/sqlite-rows.ts';
import { ledgerContract } from './contract/ledger-contract.ts';
import type { OpenLedger } from './contract/opened-ledger.ts';

const undo: (() => Promise<void>)[] = [];
afterEach(async () => {
  for (const step of undo.splice(0).reverse()) await step();
});

const open: OpenLedger = async () => {
  const directory = await mkdtemp(join(tmpdir(), 'longshore-ledger-'));
  undo.push(() => rm(directory, { recursive: true }));
  const clock = { nowMs: 1_800_000_000_000 };
  const ledger = await openSqliteLedger({ directory, sealKey: new Uint8Array(32).fill(7), now: () => clock.nowMs });
  undo.push(() => ledger.close());
  return { ledger, clock, rowsSaying: async (word) => sqliteRowsSaying(join(directory, 'ledger.db'), [word]) };
};

ledgerContract(open);
