import { randomBytes } from 'node:crypto';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { pino } from 'pino';
import { ulid } from 'ulid';
import type { ApiDeps, ApiOptions } from '../../api/api-deps.ts';
import { createApi } from '../../api/create-api.ts';
import { listen } from '../../api/listen.ts';
import type { BlobStore } from '../../ledger/blob-store.ts';
import { openFileBlobStore } from '../../ledger/file-blob-store.ts';
import { openFileLogStore } from '../../ledger/file-log-store.ts';
import type { Ledger } from '../../ledger/ledger.ts';
import type { LogStore } from '../../ledger/log-store.ts';
import { openSqliteLedger } from '../../ledger/sqlite/open-sqlite-ledger.ts';
import { jobUidSchema, poolNameSchema } from '../../model/ids.ts';
import { FakeGateway } from './fake-gateway.ts';
import { FakeHostGateway } from './fake-host-gateway.ts';
import { FakeScheduleGateway } from './fake-schedule-gateway.ts';

export type RunningApi = {
  readonly url: string;
  readonly ledger: Ledger;
  readonly logs: LogStore;
  readonly blobs: BlobStore;
  readonly gateway: FakeGateway;
  readonly scheduleGateway: FakeScheduleGateway;
  /** Everything the api has logged. */
  readonly logged: string[];
  /** Stops listening only. */
  readonly stopListening: () => Promise<void>;
  readonly close: () => Promise<void>;
};

export const HOST_TOKEN = 'host-token-of-the-suite';
export const POOL = poolNameSchema.parse('default');

/** The api on a free port over a real ledger in a directory of its own. */
export const startApi = async (
  changes: Partial<ApiOptions> & { readonly deps?: Partial<ApiDeps> } = {},
): Promise<RunningApi> => {
  const directory = await mkdtemp(join(tmpdir(), 'longshore-api-'));
  const now = () => Date.now();
  const ledger = await openSqliteLedger({ directory: join(directory, 'ledger'), sealKey: randomBytes(32), now });
  const blobs = await openFileBlobStore(join(directory, 'blobs'));
  const logs = await openFileLogStore({ directory: join(directory, 'logs'), ledger });
  const gateway = new FakeGateway();
  const scheduleGateway = new FakeScheduleGateway();
  const logged: string[] = [];
  const logger = pino({ level: 'debug' }, { write: (line) => void logged.push(line) });
  const { deps: otherDeps, ...otherOptions } = changes;
  const app = createApi(
    {
      ledger,
      gateway,
      hostGateway: new FakeHostGateway(ledger),
      scheduleGateway,
      blobs,
      logs,
      clock: { nowMs: now },
      mintUid: () => jobUidSchema.parse(ulid()),
      logger,
      ...otherDeps,
    },
    {
      pool: POOL,
      maxQueued: 1_000,
      neverFitsAfterMs: 30_000,
      timeZone: 'Europe/Berlin',
      maxBundleBytes: 1024 * 1024,
      maxArtifactBytes: 1024 * 1024,
      maxBodyBytes: 1024 * 1024,
      allowedRoots: ['/srv/foundations'],
      bundleTarget: '/job',
      hostToken: HOST_TOKEN,
      version: '0.1.0',
      ...otherOptions,
    },
  );
  const listening = await listen(app, { host: '127.0.0.1', port: 0, graceMs: 1_000 });
  return {
    url: `http://127.0.0.1:${listening.port}`,
    ledger,
    logs,
    blobs,
    gateway,
    scheduleGateway,
    logged,
    stopListening: () => listening.close(),
    close: async () => {
      await listening.close();
      await ledger.close();
      await rm(directory, { recursive: true, force: true });
    },
  };
};
