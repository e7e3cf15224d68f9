import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll } from 'vitest';
import { openFileBlobStore } from '../../ledger/file-blob-store.ts';
import { openFileLogStore } from '../../ledger/file-log-store.ts';
import { openPostgresLedger } from '../../ledger/postgres/open-postgres-ledger.ts';
import { startPostgresServer, type PostgresServer } from '../support/postgres-server.ts';
import { foundationsContract } from './contract/foundations-contract.ts';
import { FakeScheduleGateway } from './fake-schedule-gateway.ts';
import { startApi, type RunningApi } from './running-api.ts';

let server: PostgresServer;
beforeAll(async () => {
  server = await startPostgresServer();
});
afterAll(() => server.stop());

/** Two apis, each with connections of its own; they share the database and the directory of blobs and logs. */
foundationsContract(async () => {
  const url = await server.createDatabase();
  const directory = await mkdtemp(join(tmpdir(), 'longshore-apis-'));
  const scheduleGateway = new FakeScheduleGateway();
  const open = async (): Promise<RunningApi> => {
    const ledger = await openPostgresLedger({ url, sealKey: new Uint8Array(32).fill(7), now: () => Date.now() });
    const blobs = await openFileBlobStore(join(directory, 'blobs'));
    const logs = await openFileLogStore({ directory: join(directory, 'logs'), ledger });
    const api = await startApi({ deps: { ledger, blobs, logs, scheduleGateway } });
    const close = async (): Promise<void> => {
      await api.close();
      await ledger.close();
    };
    return { ...api, ledger, blobs, logs, scheduleGateway, close };
  };
  const [one, other] = [await open(), await open()];
  const close = async (): Promise<void> => {
    await Promise.all([one.close(), other.close()]);
    await rm(directory, { recursive: true });
  };
  return { one, other, close };
});
