import { afterAll, afterEach, beforeAll } from 'vitest';
import { openPostgresLedger } from '../../ledger/postgres/open-postgres-ledger.ts';
import { startPostgresServer, type PostgresServer } from '../support/postgres-server.ts';
import { rowsSaying } from '../support/rows-of.ts';
import { ledgerContract } from './contract/ledger-contract.ts';
import type { OpenLedger } from './contract/opened-ledger.ts';

let server: PostgresServer;
beforeAll(async () => {
  server = await startPostgresServer();
});
afterAll(() => server.stop());

const undo: (() => Promise<void>)[] = [];
afterEach(async () => {
  for (const step of undo.splice(0).reverse()) await step();
});

const open: OpenLedger = async () => {
  const url = await server.createDatabase();
  const clock = { nowMs: 1_800_000_000_000 };
  const ledger = await openPostgresLedger({ url, sealKey: new Uint8Array(32).fill(7), now: () => clock.nowMs });
  undo.push(() => ledger.close());
  return { ledger, clock, rowsSaying: (word) => rowsSaying(url, [word]) };
};

ledgerContract(open);
