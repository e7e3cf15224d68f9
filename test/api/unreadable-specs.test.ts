import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { Ledger } from '../../ledger/ledger.ts';
import { openSqliteLedger } from '../../ledger/sqlite/open-sqlite-ledger.ts';
import { aClaimedJob, aJobId, aQueuedJob } from '../ledger/builders.ts';
import { call, postJson, submit } from './foundations-client.ts';
import { HOST_TOKEN, type RunningApi, startApi } from './running-api.ts';

let directory: string;
let ledger: Ledger;
let api: RunningApi;

const open = (keyByte: number): Promise<Ledger> =>
  openSqliteLedger({ directory, sealKey: new Uint8Array(32).fill(keyByte), now: () => Date.now() });

/** A server that came back with another key than its ledger's. */
beforeAll(async () => {
  directory = await mkdtemp(join(tmpdir(), 'longshore-sealed-'));
  const before = await open(1);
  await aClaimedJob(before, 'runs');
  await aQueuedJob(before, 'waits');
  await before.close();
  ledger = await open(2);
  api = await startApi({ deps: { ledger } });
});
afterAll(async () => {
  await api.close();
  await ledger.close();
  await rm(directory, { recursive: true });
});

const json = async (path: string): Promise<unknown> => {
  const { status, text } = await call(api, path);
  expect(status).toBe(200);
  return JSON.parse(text);
};
const known = { image: 'busybox:latest' };
const logs = (words: string): number => api.logged.filter((line) => line.includes(words)).length;

describe('jobs whose specs were sealed with another key', () => {
  it('stand in every list with what is known of them, and the log says why', async () => {
    expect(await json('/queued_jobs')).toMatchObject({ 0: { job_id: 'waits', spec: known, position: 0 } });
    expect(await json('/running_jobs')).toMatchObject({ runs: { spec: known } });
    expect(await json('/api/v1/queue')).toMatchObject({ total: 1, entries: [{ jobId: 'waits', ...known }] });
    expect(logs('it was sealed with another key')).toBe(2);
  });

  it('are each shown with what is known of them, and the log says why', async () => {
    expect(await json('/jobs/runs')).toMatchObject({ job_id: 'runs', status: 'pending', spec: known, logs: '' });
    expect(await json('/queued_jobs/0')).toMatchObject({ job_id: 'waits', spec: known });
    expect(logs('a job is shown without its spec')).toBe(2);
    expect(await json('/api/v1/jobs/waits')).toMatchObject({ jobId: 'waits', state: 'queued', ...known });
    expect(await json('/running_jobs/runs/logs')).toBe('');
    expect((await call(api, '/api/v1/jobs/runs/logs')).status).toBe(200);
  });

  it('are kept from the host until the key is back', async () => {
    const uid = (await ledger.job({ jobId: aJobId('runs') }))?.record.uid;
    const headers = { authorization: `Bearer ${HOST_TOKEN}` };
    expect((await call(api, `/host/v1/jobs/${uid}/spec`, { headers })).status).toBe(500);
    expect(logs('cannot be unsealed')).toBeGreaterThan(0);
  });

  it('can be moved, held, cancelled and deleted, and others come and go beside them', async () => {
    expect((await submit(api, 'new')).status).toBe(201);
    expect((await postJson(api, '/api/v1/queue/waits/hold', {})).status).toBe(200);
    expect((await postJson(api, '/api/v1/queue/waits/move', { position: 1 })).status).toBe(200);
    expect(await json('/queued_jobs')).toMatchObject({ 0: { spec: { image: 'busybox' } }, 1: { job_id: 'waits' } });
    expect((await postJson(api, '/api/v1/jobs/runs/cancel', {})).status).toBe(202);
    expect((await call(api, '/api/v1/queue/waits', { method: 'DELETE' })).status).toBe(204);
    expect((await call(api, '/jobs/waits')).status).toBe(404);
  });
});
