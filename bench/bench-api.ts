import { randomBytes } from 'node:crypto';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { pino } from 'pino';
import { Client } from 'undici';
import { ulid } from 'ulid';
import type { ApiDeps } from '../api/api-deps.ts';
import { createApi } from '../api/create-api.ts';
import { listen } from '../api/listen.ts';
import { openFileBlobStore } from '../ledger/file-blob-store.ts';
import { openFileLogStore } from '../ledger/file-log-store.ts';
import { openSqliteLedger } from '../ledger/sqlite/open-sqlite-ledger.ts';
import { jobUidSchema, type PoolName } from '../model/ids.ts';
import { noGateway, noHostGateway, noScheduleGateway } from './no-gateway.ts';

/** One request over a kept connection, its answer read to the end. Throws unless it is a 2xx. */
export type BenchCall = (method: 'GET' | 'POST' | 'PATCH' | 'DELETE', path: string, body?: unknown) => Promise<void>;
export type BenchApi = { readonly deps: ApiDeps; readonly call: BenchCall; readonly stop: () => Promise<void> };

/** The real api over a real ledger of its own, without Temporal, and one client of it over loopback. */
export async function startBenchApi(pool: PoolName): Promise<BenchApi> {
  const directory = await mkdtemp(join(tmpdir(), 'longshore-bench-'));
  const deps = await openDeps(directory);
  const options = { pool, maxQueued: 1_000_000, maxBundleBytes: 1e6, maxArtifactBytes: 1e6, maxBodyBytes: 1e6 };
  const where = {
    neverFitsAfterMs: 30_000,
    timeZone: 'UTC',
    allowedRoots: [],
    bundleTarget: '/job',
    hostToken: 'bench',
    version: 'bench',
  };
  const listening = await listen(createApi(deps, { ...options, ...where }), { host: '127.0.0.1', port: 0, graceMs: 0 });
  const client = new Client(`http://127.0.0.1:${listening.port}`);
  return {
    deps,
    call: async (method, path, body) => {
      const headers = { 'content-type': 'application/json' };
      const answer = await client.request({ method, path, headers, body: JSON.stringify(body ?? null) });
      const text = await answer.body.text();
      if (answer.statusCode >= 300) throw new Error(`${method} ${path}: ${answer.statusCode} ${text}`);
    },
    stop: async () => {
      await client.close();
      await listening.close();
      await deps.ledger.close();
      await rm(directory, { recursive: true, force: true });
    },
  };
}

async function openDeps(directory: string): Promise<ApiDeps> {
  const now = (): number => Date.now();
  const ledger = await openSqliteLedger({ directory: join(directory, 'ledger'), sealKey: randomBytes(32), now });
  return {
    ledger,
    gateway: noGateway,
    hostGateway: noHostGateway,
    scheduleGateway: noScheduleGateway,
    blobs: await openFileBlobStore(join(directory, 'blobs')),
    logs: await openFileLogStore({ directory: join(directory, 'logs'), ledger }),
    clock: { nowMs: now },
    mintUid: () => jobUidSchema.parse(ulid()),
    logger: pino({ level: 'silent' }),
  };
}
