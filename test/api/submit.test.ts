import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { z } from 'zod';
import { LongshoreError } from '../../model/error.ts';
import { call, goodBundle, postJson, submission, submit, upload } from './foundations-client.ts';
import { type RunningApi, startApi } from './running-api.ts';
import { end, exited, jobId, joinHost, run } from './voyage.ts';

let api: RunningApi;
beforeEach(async () => {
  api = await startApi({ maxQueued: 60, maxBodyBytes: 10_000 });
});
afterEach(() => api.close());

const queuedIds = async (): Promise<unknown[]> => {
  const { text } = await call(api, '/queued_jobs');
  const jobs = z.record(z.string(), z.object({ job_id: z.string() })).parse(JSON.parse(text));
  return Object.values(jobs).map((job) => job.job_id);
};

describe('POST /queued_jobs', () => {
  it('answers 201 with the id as a JSON string and a newline, once the workflow has started', async () => {
    const answer = await submit(api, 'first', { environment: { TOKEN: 's3cret' } });
    expect(answer).toMatchObject({ status: 201, text: '"first"\n' });
    expect(answer.headers.get('Content-Type')).toContain('application/json');
    expect(api.gateway.started.map((input) => input.jobId)).toEqual(['first']);
    expect(JSON.stringify(api.gateway.started)).not.toContain('s3cret');
    expect(api.logged.join('')).not.toContain('s3cret');
    expect(await api.ledger.takeOutbox({ limit: 10, leaseMs: 1 })).toEqual([]);
  });

  it.each<[unknown, string]>([
    [{}, 'Job must contain json payload'],
    [[1], 'Job must contain json payload'],
    [{ job_id: 'a' }, 'Bad job spec: job_id and spec are required'],
    [submission('no-such-bundle'), 'Job bundle no-such-bundle.tgz not found'],
    [
      submission('a', { privileged: true }),
      'Bad job spec: privileged is refused: it opens the whole host to the job; leave it out; an operator can set `policy.allowPrivileged` in longshore.yaml',
    ],
    [submission('a', { colour: 'red' }), 'unknown spec key: colour'],
    [
      submission('a', { mem_limit: [] }),
      'Bad job spec: mem_limit must be a number of bytes or a size like "512m" (units b, k, m, g, t), not a list',
    ],
  ])('refuses %j and queues nothing', async (body, text) => {
    expect(await postJson(api, '/queued_jobs', body)).toMatchObject({ status: 400, text });
    expect(await queuedIds()).toEqual([]);
  });

  it('refuses ids that are paths', async () => {
    for (const id of ['../x', '/etc', 'a/b', '..', 'a\\b']) {
      const answer = await postJson(api, '/queued_jobs', submission(id));
      expect(answer.status).toBe(400);
      expect(answer.text).toMatch(/^Bad job id /);
    }
  });

  it('refuses an empty body, malformed JSON and a body over the limit', async () => {
    const post = (body: string) =>
      call(api, '/queued_jobs', { method: 'POST', headers: { 'Content-Type': 'application/json' }, body });
    expect(await post('')).toMatchObject({ status: 400, text: 'Job must contain json payload' });
    expect(await call(api, '/queued_jobs', { method: 'POST' })).toMatchObject({
      status: 400,
      text: 'Job must contain json payload',
    });
    expect(await post('{"job_id": ')).toMatchObject({ status: 400, text: "The request's body is not valid JSON" });
    expect(await post(JSON.stringify({ job_id: 'a'.repeat(20_000) }))).toMatchObject({
      status: 413,
      text: "The request's body is larger than the limit of 10000 bytes",
    });
  });

  it('answers 400 to a payload that is nested too deep', async () => {
    const roomy = await startApi();
    for (const [open, close] of [
      ['[', ']'],
      ['{"a":', '}'],
    ] as const) {
      const deep = `${open.repeat(100_000)}1${close.repeat(100_000)}`;
      for (const key of ['spec', 'metadata', 'gpu_spec']) {
        const body = `{"job_id":"a","spec":{"image":"b"},"${key}":${deep}}`;
        expect(await call(roomy, '/queued_jobs', { method: 'POST', body })).toMatchObject({
          status: 400,
          text: 'Job payload is nested deeper than 64',
        });
      }
    }
    await roomy.close();
  });

  it('takes the same job again while it is open, and refuses another one under its id', async () => {
    await submit(api, 'twice');
    expect(await submit(api, 'twice')).toMatchObject({ status: 201, text: '"twice"\n' });
    expect(await submit(api, 'twice', { command: 'false' })).toMatchObject({
      status: 409,
      text: 'Job twice already exists',
    });
    expect(await queuedIds()).toEqual(['twice']);
    expect(api.gateway.started).toHaveLength(1);
  });

  it('takes an id that comes again after its job has ended as a new job', async () => {
    await joinHost(api);
    await submit(api, 'again');
    await end(api, await run(api, 'again'), exited(0));
    expect((await submit(api, 'again', { command: 'false' })).status).toBe(201);
    expect(new Set(api.gateway.started.map((input) => input.uid)).size).toBe(2);
  });

  it('accepts 50 at once, each in its own place', async () => {
    const ids = Array.from({ length: 50 }, (_, index) => `job-${index}`);
    const answers = await Promise.all(ids.map((id) => submit(api, id)));
    expect(answers.map((answer) => answer.status)).toEqual(ids.map(() => 201));
    expect(new Set(await queuedIds())).toEqual(new Set(ids));
    expect(await queuedIds()).toHaveLength(50);
    expect(api.gateway.started).toHaveLength(50);
  });

  it('takes one of many equal submissions as the same job', async () => {
    await upload(api, 'same.tgz', await goodBundle('same'));
    const answers = await Promise.all(
      Array.from({ length: 20 }, () => postJson(api, '/queued_jobs', submission('same'))),
    );
    expect(answers.every((answer) => answer.status === 201)).toBe(true);
    expect(await queuedIds()).toEqual(['same']);
    expect(new Set(api.gateway.started.map((input) => input.uid)).size).toBe(1);
  });

  it('answers 429 when the queue is full', async () => {
    const ids = Array.from({ length: 60 }, (_, index) => `full-${index}`);
    await Promise.all(ids.map((id) => submit(api, id)));
    const answer = await submit(api, 'one-more');
    expect(answer.status).toBe(429);
    expect(answer.text).toContain('60 jobs wait already');
    expect(answer.headers.get('Retry-After')).toBe('5');
  });
});

describe('POST /queued_jobs while Temporal does not play along', () => {
  const expectNothingLeft = async (): Promise<void> => {
    expect(await queuedIds()).toEqual([]);
    expect(await api.ledger.job({ jobId: jobId('late') })).toBeNull();
    expect(await api.ledger.takeOutbox({ limit: 10, leaseMs: 1 })).toEqual([]);
    expect((await call(api, '/jobs/late')).status).toBe(404);
  };

  it.each([
    ['unavailable', 'Temporal cannot be reached'],
    ['silent', 'Temporal did not answer in time'],
    ['blocked', 'an older run of job late is still closing'],
  ] as const)('answers 503 and leaves nothing behind: %s', async (mode, because) => {
    api.gateway.mode = mode;
    const answer = await submit(api, 'late');
    expect(answer).toMatchObject({ status: 503, text: `Job late was not queued: ${because}; try again` });
    expect(answer.headers.get('Retry-After')).toBe('5');
    await expectNothingLeft();
    api.gateway.mode = 'started';
    expect((await submit(api, 'late')).status).toBe(201);
  });

  it('waits while an older run of the id is still closing', async () => {
    api.gateway.mode = 'blocked';
    setTimeout(() => {
      api.gateway.mode = 'started';
    }, 500);
    expect((await submit(api, 'late')).status).toBe(201);
  });

  it('goes on when Temporal comes back in time', async () => {
    api.gateway.mode = 'unavailable';
    setTimeout(() => {
      api.gateway.mode = 'started';
    }, 700);
    expect((await submit(api, 'late')).status).toBe(201);
  });

  it('accepts a job that the outbox started meanwhile', async () => {
    api.gateway.mode = 'silent';
    const answer = submit(api, 'late');
    await expect.poll(() => api.ledger.job({ jobId: jobId('late') })).not.toBeNull();
    const job = await api.ledger.job({ jobId: jobId('late') });
    if (job !== null) await api.ledger.confirmStarted({ uid: job.record.uid });
    expect(await answer).toMatchObject({ status: 201, text: '"late"\n' });
    expect(await queuedIds()).toEqual(['late']);
  });

  it('tells nothing of a failure it does not understand, and leaves nothing of the job', async () => {
    api.gateway.mode = 'broken';
    const answer = await submit(api, 'late');
    expect(answer).toMatchObject({ status: 500, text: 'Longshore failed to answer this; its log says why' });
    expect(api.logged.join('')).toContain('INVALID_ARGUMENT');
    await expectNothingLeft();
  });
});

describe('while the ledger is down', () => {
  it('answers 503 with Retry-After on every route', async () => {
    const down = async (): Promise<never> => {
      throw new LongshoreError('ledger_unavailable', 'The ledger cannot be reached; try again');
    };
    const verbs = Object.keys(api.ledger).filter((name) => name !== 'subscribe' && name !== 'close');
    const ledger = { ...api.ledger, ...Object.fromEntries(verbs.map((verb) => [verb, down])) };
    const dead = await startApi({ deps: { ledger } });
    for (const answer of [
      await postJson(dead, '/queued_jobs', submission('a')),
      await call(dead, '/queued_jobs'),
      await call(dead, '/running_jobs'),
      await call(dead, '/completed_jobs'),
      await call(dead, '/jobs/a'),
      await upload(dead, 'a.tgz', await goodBundle('a')),
      await call(dead, '/running_jobs/a', { method: 'DELETE' }),
    ]) {
      expect(answer).toMatchObject({ status: 503, text: 'The ledger cannot be reached; try again' });
      expect(answer.headers.get('Retry-After')).toBe('5');
    }
    await dead.close();
  });
});
