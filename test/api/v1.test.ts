import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { problemSchema } from '../../model/problem.ts';
import { type Answer, call, postJson, submit } from './foundations-client.ts';
import { type RunningApi, startApi } from './running-api.ts';
import { end, exited, joinHost, run } from './voyage.ts';
import { containing } from './containing.ts';

let api: RunningApi;
beforeAll(async () => {
  api = await startApi({ maxBodyBytes: 1_000 });
  await joinHost(api);
});
afterAll(() => api.close());

const expectProblem = (answer: Answer, status: number, code: string): void => {
  expect(answer.status).toBe(status);
  expect(answer.headers.get('Content-Type')).toContain('application/problem+json');
  expect(problemSchema.parse(JSON.parse(answer.text))).toMatchObject({ status, code });
};

describe('GET /api/v1/jobs/<id>', () => {
  it("gives the job's record, which holds none of its environment", async () => {
    await submit(api, 'shown', { environment: { TOKEN: 's3cret' } });
    const answer = await call(api, '/api/v1/jobs/shown');
    expect(JSON.parse(answer.text)).toMatchObject({
      jobId: 'shown',
      state: 'queued',
      image: 'busybox:latest',
      owner: 'u',
    });
    expect(answer.text).not.toContain('s3cret');
  });

  it('answers an unknown id and an unknown path with a problem', async () => {
    expectProblem(await call(api, '/api/v1/jobs/unknown'), 404, 'no_such_job');
    expectProblem(await call(api, '/api/v1/jobs/..%2f..'), 404, 'no_such_job');
    expectProblem(await call(api, '/api/v1/nowhere'), 404, 'no_such_route');
    expectProblem(await call(api, '/api/v1/jobs/shown', { method: 'PUT' }), 405, 'method_not_allowed');
  });
});

describe('POST /api/v1/jobs/<id>/cancel', () => {
  it('takes a waiting job out of the queue at once', async () => {
    await submit(api, 'waiting');
    const answer = await call(api, '/api/v1/jobs/waiting/cancel', { method: 'POST' });
    expect(answer.status).toBe(202);
    expect(JSON.parse(answer.text)).toMatchObject({ jobId: 'waiting', state: 'cancelled' });
  });

  it('asks a running job to end, with the grace and signal given', async () => {
    await submit(api, 'sailing');
    const job = await run(api, 'sailing');
    const answer = await postJson(api, '/api/v1/jobs/sailing/cancel', { graceSec: 30, signal: 'SIGINT' });
    expect(answer.status).toBe(202);
    const entries = await api.ledger.takeOutbox({ limit: 10, leaseMs: 1 });
    expect(entries.map((entry) => entry.message)).toContainEqual({
      kind: 'cancel',
      signal: { uid: job.uid, graceSec: 30, signal: 'SIGINT', because: 'cancelled through the api' },
    });
    await end(api, job, exited(0));
    const again = await postJson(api, '/api/v1/jobs/sailing/cancel', {});
    expect(again.status).toBe(200);
    expect(JSON.parse(again.text)).toMatchObject({ state: 'succeeded' });
  });

  it.each([
    { graceSec: -1 },
    { graceSec: 3601 },
    { graceSec: '5' },
    { signal: 'SIGNOTHING' },
    { signal: 'toString' },
    { grace: 5 },
    [],
  ])('refuses %j', async (body) => {
    await submit(api, 'kept');
    expectProblem(await postJson(api, '/api/v1/jobs/kept/cancel', body), 400, 'bad_cancel');
    expect(JSON.parse((await call(api, '/api/v1/jobs/kept')).text)).toMatchObject({ state: 'queued' });
  });

  it('answers malformed and oversized bodies and unknown jobs with problems', async () => {
    const post = (body: string) => call(api, '/api/v1/jobs/kept/cancel', { method: 'POST', body });
    expectProblem(await post('{'), 400, 'malformed_json');
    expectProblem(await post(`${'['.repeat(400)}${']'.repeat(400)}`), 400, 'body_too_deep');
    expectProblem(await post(JSON.stringify({ signal: 'x'.repeat(2_000) })), 413, 'body_too_large');
    expectProblem(await postJson(api, '/api/v1/jobs/unknown/cancel', {}), 404, 'no_such_job');
  });
});

describe('health', () => {
  it('is alive whatever happens, and ready only while ledger and Temporal answer', async () => {
    expect((await call(api, '/healthz')).status).toBe(200);
    expect(JSON.parse((await call(api, '/readyz')).text)).toEqual({ status: 'ready', ledger: 'ok', temporal: 'ok' });
    api.gateway.mode = 'unavailable';
    const down = await call(api, '/readyz');
    expect(down.status).toBe(503);
    expect(JSON.parse(down.text)).toMatchObject({ ledger: 'ok', temporal: containing('does not answer') });
    api.gateway.mode = 'silent';
    expect(JSON.parse((await call(api, '/readyz')).text)).toMatchObject({ temporal: 'no answer within 2000 ms' });
    expect((await call(api, '/healthz')).status).toBe(200);
    api.gateway.mode = 'started';
  });
});
