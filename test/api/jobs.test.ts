import { z } from 'zod';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { call, goodBundle, postJson, submission, submit, upload } from './foundations-client.ts';
import { containing } from './containing.ts';
import { type RunningApi, startApi } from './running-api.ts';
import { end, exited, jobId, joinHost, place, printedLine, ROLE, run, stream } from './voyage.ts';

let api: RunningApi;
beforeAll(async () => {
  api = await startApi();
  await joinHost(api);
});
afterAll(() => api.close());

const json = async (path: string): Promise<unknown> => {
  const answer = await call(api, path);
  expect(answer.status).toBe(200);
  expect(answer.text.endsWith('\n')).toBe(true);
  return JSON.parse(answer.text);
};
const logOf = async (id: string): Promise<unknown> => json(`/completed_jobs/${id}/logs`);
const spec = { image: 'busybox', command: 'true' };
const given = { spec, metadata: { project_name: 'p', username: 'u' }, gpu_spec: {} };
const seconds: unknown = expect.closeTo(Date.now() / 1000, -2);

describe('a job on its way through the lists', () => {
  it('stands in exactly one list at a time, with the fields of the contract', async () => {
    await submit(api, 'voyage');
    expect(await json('/queued_jobs')).toEqual({
      '0': { queued_time: seconds, job_id: 'voyage', ...given, position: 0 },
    });
    expect(await json('/jobs/voyage')).toEqual({ job_id: 'voyage', status: 'queued', spec, logs: '' });
    expect(await json('/running_jobs')).toEqual({});

    const job = await place(api, 'voyage');
    expect(await json('/queued_jobs')).toEqual({});
    expect(await json('/jobs/voyage')).toMatchObject({ status: 'pending' });
    expect(await json('/running_jobs')).toEqual({
      voyage: { queued_time: seconds, job_id: 'voyage', ...given, start_time: seconds },
    });

    const replica = { uid: job.uid, jobId: jobId('voyage'), role: stream(job.uid).role, replica: 0, attempt: 1 };
    await api.ledger.report({
      notices: [
        { kind: 'started', replica: { ...replica, epoch: job.placement.epoch }, containerId: 'c', atMs: Date.now() },
      ],
    });
    await api.logs.append(stream(job.uid), 0, [
      printedLine('hello'),
      printedLine('50%\r100%'),
      printedLine('é', { partial: true }),
    ]);
    expect(await json('/jobs/voyage')).toMatchObject({ status: 'running', logs: 'hello\n50%\r100%\né' });
    expect(await json('/running_jobs/voyage/logs')).toBe('hello\n50%\r100%\né');
    expect((await call(api, '/completed_jobs/voyage/logs')).status).toBe(404);

    await end(api, job, exited(0));
    expect(await json('/running_jobs')).toEqual({});
    expect(await json('/failed_jobs')).toEqual({});
    expect(await json('/completed_jobs')).toEqual({
      voyage: {
        queued_time: seconds,
        job_id: 'voyage',
        ...given,
        start_time: seconds,
        end_time: seconds,
        return_code: { Error: null, StatusCode: 0 },
        logs: 'hello\n50%\r100%\né',
      },
    });
    expect(await json('/jobs/voyage')).toMatchObject({ status: 'completed' });
    expect(await logOf('voyage')).toBe('hello\n50%\r100%\né');
    expect((await call(api, '/running_jobs/voyage/logs')).text).toBe('Bad job id voyage');
  });

  it('shows a failed job with its exit code', async () => {
    await submit(api, 'fails');
    await end(api, await run(api, 'fails'), exited(3));
    expect(await json('/failed_jobs')).toMatchObject({
      fails: { return_code: { Error: null, StatusCode: 3 }, logs: '' },
    });
    expect(await json('/jobs/fails')).toMatchObject({ status: 'failed' });
    expect(await json('/completed_jobs')).not.toHaveProperty('fails');
  });

  it('tells in its logs why a job failed before any container of it started', async () => {
    await submit(api, 'no-image');
    const sentence = 'The image "nowhere:latest" was not found';
    await end(api, await place(api, 'no-image'), { state: 'failed', reason: 'image_not_found', sentence, exit: null });
    expect(await json('/failed_jobs/no-image/logs')).toBe(`${sentence}\n`);
    expect(await json('/jobs/no-image')).toMatchObject({ status: 'failed', logs: `${sentence}\n` });
    expect(await json('/failed_jobs')).toMatchObject({
      'no-image': { logs: `${sentence}\n`, return_code: { Error: { Message: sentence }, StatusCode: null } },
    });
  });

  it('sorts completed jobs on request, into pairs', async () => {
    for (const id of ['sort-b', 'sort-a']) {
      await submit(api, id);
      await end(api, await run(api, id), exited(0));
    }
    const ids = async (sort: string): Promise<unknown> => {
      const answer = await call(api, `/completed_jobs?sort=${sort}`);
      const pairs = z.array(z.tuple([z.string(), z.object({ job_id: z.string() })])).parse(JSON.parse(answer.text));
      expect(pairs.every(([id, job]) => job.job_id === id)).toBe(true);
      return pairs.map(([id]) => id).filter((id) => id.startsWith('sort-'));
    };
    expect(await ids('job_id')).toEqual(['sort-a', 'sort-b']);
    expect(await ids('job_id:desc')).toEqual(['sort-b', 'sort-a']);
    expect(await ids('return_code,queued_time:asc')).toEqual(['sort-b', 'sort-a']);
    expect(await ids('end_time:desc')).toEqual(['sort-a', 'sort-b']);
    for (const sort of ['colour', 'job_id:up', 'job_id:asc:x', '', 'job_id,,', 'constructor']) {
      const answer = await call(api, `/completed_jobs?sort=${sort}`);
      expect(answer.status).toBe(400);
      expect(answer.text).toMatch(/^Bad sort request in "/);
    }
  });

  it('cuts a long log inside a list, says so, and gives the whole on its own', async () => {
    await submit(api, 'chatty');
    const job = await run(api, 'chatty');
    const line = printedLine('ä'.repeat(499));
    await api.logs.append(
      stream(job.uid),
      0,
      Array.from({ length: 100 }, () => line),
    );
    await end(api, job, exited(0));
    const listed = (await json('/completed_jobs')) as Record<string, { logs: string }>;
    const shown = listed['chatty']?.logs ?? '';
    expect(Buffer.byteLength(shown)).toBeLessThan(66_000);
    expect(shown).toMatch(
      /\n\[longshore: cut after 65536 bytes; the whole log is at \/completed_jobs\/chatty\/logs\]\n$/,
    );
    expect(shown).not.toContain('\ufffd');
    expect(await logOf('chatty')).toBe(`${'ä'.repeat(499)}\n`.repeat(100));
  });
});

describe('a job that asks for what can never be', () => {
  it.each([
    ['many', 'was given a value that could not be converted to an integer for GPUs usage (many)'],
    [-1, 'expects an invalid number of GPUs (-1)'],
  ])('is taken for %j GPUs and fails in the words of the contract', async (asked, words) => {
    const id = `gpus-${asked}`;
    await upload(api, `${id}.tgz`, await goodBundle(id));
    const answer = await postJson(api, '/queued_jobs', { ...submission(id), gpu_spec: { num_gpus: asked } });
    expect(answer).toMatchObject({ status: 201, text: `"${id}"\n` });
    const logs = `Foundations ERROR: Job '${id}' ${words}\n`;
    expect(await json(`/jobs/${id}`)).toEqual({ job_id: id, status: 'failed', spec, logs });
    expect(await json(`/failed_jobs/${id}/logs`)).toBe(logs);
    expect(await json('/failed_jobs')).toMatchObject({
      [id]: { gpu_spec: { num_gpus: asked }, logs, return_code: { StatusCode: null } },
    });
    expect(api.gateway.started.map((input) => input.jobId)).not.toContain(id);
  });
});

describe('GET /running_jobs/<id>/container_id', () => {
  it('names the container once it has started, and knows only jobs that run', async () => {
    await submit(api, 'contained');
    expect(await call(api, '/running_jobs/contained/container_id')).toMatchObject({
      status: 404,
      text: 'Bad job id contained',
    });
    const { uid, placement } = await place(api, 'contained');
    expect(await json('/running_jobs/contained/container_id')).toBe('');
    const replica = { uid, jobId: jobId('contained'), role: ROLE, replica: 0, attempt: 1, epoch: placement.epoch };
    await api.ledger.report({ notices: [{ kind: 'started', replica, containerId: '5e1f', atMs: Date.now() }] });
    expect(await json('/running_jobs/contained/container_id')).toBe('5e1f');
    await end(api, { uid, placement }, exited(0));
    expect((await call(api, '/running_jobs/contained/container_id')).status).toBe(404);
  });
});

describe('DELETE /running_jobs/<id>', () => {
  it('asks for an end within 5 s of grace and answers once the job has ended', async () => {
    await submit(api, 'stopped');
    const job = await run(api, 'stopped');
    let answered = false;
    const answer = call(api, '/running_jobs/stopped', { method: 'DELETE' }).finally(() => {
      answered = true;
    });
    await expect
      .poll(async () => (await api.ledger.takeOutbox({ limit: 10, leaseMs: 1 })).map((entry) => entry.message))
      .toContainEqual({
        kind: 'cancel',
        signal: { uid: job.uid, graceSec: 5, signal: null, because: 'stopped by DELETE /running_jobs' },
      });
    expect(answered).toBe(false);
    await end(api, job, { ...exited(143), state: 'cancelled', reason: 'cancelled_by_request' });
    expect(await answer).toMatchObject({ status: 204, text: '' });
    expect(await json('/jobs/stopped')).toMatchObject({ status: 'failed' });
  });

  it('answers after 15 s what is proven: its container is gone, while its artifacts still travel', async () => {
    await submit(api, 'heavy');
    const { uid, placement } = await run(api, 'heavy');
    const answer = call(api, '/running_jobs/heavy', { method: 'DELETE' });
    const sentence = 'keeping its logs and artifacts';
    await api.ledger.record({
      ...{ uid, runId: 'run-1', sequence: 50, collected: null },
      entry: { kind: 'progress', progress: { state: 'stopping', reason: 'stop_requested', sentence, attempt: 1 } },
      release: { epoch: placement.epoch, proof: 'exited' },
    });
    expect(await answer).toMatchObject({ status: 204 });
  }, 25_000);

  it('answers 503 when the job does not end within 15 s, and the stop goes on', { timeout: 25_000 }, async () => {
    await submit(api, 'stubborn');
    await run(api, 'stubborn');
    const answer = await call(api, '/running_jobs/stubborn', { method: 'DELETE' });
    expect(answer).toMatchObject({ status: 503, text: containing('still stopping') });
    expect(answer.headers.get('Retry-After')).toBe('5');
  });

  it('knows only jobs that run', async () => {
    await submit(api, 'waits');
    for (const id of ['waits', 'voyage', 'unknown', '..%2fx', '%00']) {
      const answer = await call(api, `/running_jobs/${id}`, { method: 'DELETE' });
      expect(answer).toMatchObject({ status: 404, text: `Bad job id ${decodeURIComponent(id)}` });
    }
    expect(await json('/jobs/waits')).toMatchObject({ status: 'queued' });
  });
});

describe('paths and methods', () => {
  it('welcomes at the root', async () => {
    for (const headers of [{}, { Accept: 'text/html,application/xhtml+xml' }]) {
      expect(await call(api, '/', { headers })).toMatchObject({ status: 200, text: 'Welcome to docker scheduler' });
    }
  });

  it.each([
    ['/', 'GET, HEAD'],
    ['/job_bundle', 'POST'],
    ['/queued_jobs', 'GET, HEAD, POST'],
    ['/running_jobs/a', 'DELETE'],
    ['/completed_jobs', 'GET, HEAD'],
    ['/jobs/a', 'GET, HEAD'],
    ['/healthz', 'GET, HEAD'],
    ['/api/v1/jobs/a/cancel', 'POST'],
  ])('answers a wrong method on %s with 405 and Allow: %s', async (path, allow) => {
    const answer = await call(api, path, { method: 'PUT' });
    expect(answer.status).toBe(405);
    expect(answer.headers.get('Allow')).toBe(allow);
  });

  it('answers unknown paths and ids with plain text that no browser takes for a page', async () => {
    for (const path of ['/nowhere', '/HEALTHZ', '/API/v1/jobs/a', '/Jobs/a'])
      expect((await call(api, path)).status).toBe(404);
    const answer = await call(api, `/jobs/${encodeURIComponent('<script>')}`);
    expect(answer).toMatchObject({ status: 404, text: 'Bad job id <script>' });
    expect(answer.headers.get('Content-Type')).toContain('text/plain');
    expect(answer.headers.get('X-Content-Type-Options')).toBe('nosniff');
    expect((await call(api, '/jobs/%ff')).status).toBe(400);
  });
});
