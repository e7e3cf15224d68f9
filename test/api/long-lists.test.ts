import { execFile } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { afterEach, describe, expect, it } from 'vitest';
import type { Ledger } from '../../ledger/ledger.ts';
import { containing } from './containing.ts';
import { call, submit } from './foundations-client.ts';
import { type RunningApi, startApi } from './running-api.ts';
import { end, exited, joinHost, run } from './voyage.ts';

describe('lists of many large jobs', () => {
  it('are answered whole by a process whose heap holds a part of them', { timeout: 300_000 }, async () => {
    const [jobs, bytesEach] = [1_200, 60_000];
    const script = fileURLToPath(new URL('list-within-heap.js', import.meta.url));
    const { stdout } = await promisify(execFile)(process.execPath, [
      ...['--max-old-space-size=64', script],
      ...[String(jobs), String(bytesEach)],
    ]);
    const found: unknown = JSON.parse(stdout);
    expect(found).toMatchObject({
      '/queued_jobs': { entries: jobs },
      '/running_jobs': { entries: jobs / 2 },
      '/failed_jobs?sort=queued_time:desc': { entries: jobs / 2 },
    });
  });
});

describe('a job whose spec cannot be read', () => {
  let api: RunningApi;
  const others: RunningApi[] = [];
  afterEach(async () => {
    for (const other of others.splice(0)) await other.close();
    await api.close();
  });

  /** The same ledger as an api sees it whose key does not fit one of the jobs. */
  const withUnreadable = async (lost: string): Promise<RunningApi> => {
    const { ledger } = api;
    const blind: Ledger = {
      ...ledger,
      jobsByUid: async (input) =>
        (await ledger.jobsByUid(input)).map((row) =>
          row?.record.jobId === lost ? { ...row, spec: null, unreadable: 'it is damaged' } : row,
        ),
    };
    const other = await startApi({ deps: { ledger: blind } });
    others.push(other);
    return other;
  };

  it('stands in each list with what is known of it, and the log names it', async () => {
    api = await startApi();
    await joinHost(api);
    for (const id of ['a', 'b', 'c']) await submit(api, id);
    const other = await withUnreadable('b');
    expect(JSON.parse((await call(other, '/queued_jobs')).text)).toMatchObject({
      0: { job_id: 'a', spec: { image: 'busybox', command: 'true' } },
      1: { job_id: 'b', spec: { image: 'busybox:latest' }, metadata: { project_name: 'p' }, position: 1 },
      2: { job_id: 'c', position: 2 },
    });
    expect(other.logged.join('')).toContain('"because":"it is damaged","msg":"jobs are listed without their specs');
    const jobs = [await run(api, 'a'), await run(api, 'b')];
    expect(JSON.parse((await call(other, '/running_jobs')).text)).toMatchObject({
      a: { spec: { command: 'true' } },
      b: { spec: { image: 'busybox:latest' } },
    });
    for (const job of jobs) await end(api, job, exited(0));
    expect(JSON.parse((await call(other, '/completed_jobs')).text)).toMatchObject({
      a: { spec: { command: 'true' } },
      b: { spec: { image: 'busybox:latest' }, return_code: { StatusCode: 0 }, logs: containing('') },
    });
  });
});
