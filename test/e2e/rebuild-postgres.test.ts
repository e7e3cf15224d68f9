import { join } from 'node:path';
import { afterAll, beforeAll, describe } from 'vitest';
import { startPostgresServer, type PostgresServer } from '../support/postgres-server.ts';
import { startPartsStack, type PartsStack } from '../support/stack.ts';
import { restoredPoolScenario } from './restored-pool.ts';

let postgres: PostgresServer;
let url: string;
let stack: PartsStack;
beforeAll(async () => {
  postgres = await startPostgresServer();
  url = await postgres.createDatabase();
  stack = await startPartsStack({ config: { sweepQuietSec: 2, ledger: { url } }, host: { slots: 4 } });
}, 120_000);
afterAll(async () => {
  await stack.stop();
  await postgres.stop();
}, 60_000);

describe('a pool whose PostgreSQL was restored from an older dump', () => {
  restoredPoolScenario(() => {
    const file = join(stack.dataDir, 'dump-of-the-ledger');
    return {
      stack,
      // Under a server that goes on.
      takeCopy: () => postgres.dump(url, file),
      restoreCopy: () => postgres.restore(url, file),
    };
  });
});
