import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { z } from 'zod';
import { problemSchema } from '../../model/problem.ts';
import { type Answer, call, postJson, submit } from './foundations-client.ts';
import { aSpec, anAdmission } from '../ledger/builders.ts';
import { POOL, type RunningApi, startApi } from './running-api.ts';
import { joinHost, run } from './voyage.ts';

let api: RunningApi;
beforeEach(async () => {
  api = await startApi({ maxQueued: 6 });
});
afterEach(() => api.close());

const queueUp = async (...ids: string[]): Promise<void> => {
  for (const id of ids) expect((await submit(api, id)).status).toBe(201);
};
const queuedSchema = z.record(z.string(), z.object({ job_id: z.string(), position: z.number() }));
const order = async (): Promise<readonly string[]> => {
  const listed = queuedSchema.parse(JSON.parse((await call(api, '/queued_jobs')).text));
  for (const [key, entry] of Object.entries(listed)) expect(entry.position).toBe(Number(key));
  return Object.values(listed).map((entry) => entry.job_id);
};
const patch = (position: string, body: string): Promise<Answer> =>
  call(api, `/queued_jobs/${position}`, { method: 'PATCH', body, headers: { 'Content-Type': 'application/json' } });
const remove = (path: string): Promise<Answer> => call(api, path, { method: 'DELETE' });

describe('/queued_jobs/<position>', () => {
  it('shows the job that stands there', async () => {
    await queueUp('a', 'b');
    const answer = await call(api, '/queued_jobs/1');
    expect(answer.status).toBe(200);
    expect(JSON.parse(answer.text)).toMatchObject({
      job_id: 'b',
      position: 1,
      spec: { image: 'busybox' },
      metadata: { project_name: 'p' },
      gpu_spec: {},
    });
  });

  it('moves up, down, to the last place and past the end', async () => {
    await queueUp('a', 'b', 'c', 'd');
    expect(await patch('3', '0')).toMatchObject({ status: 204, text: '' });
    expect(await order()).toEqual(['d', 'a', 'b', 'c']);
    expect((await patch('0', '2')).status).toBe(204);
    expect(await order()).toEqual(['a', 'b', 'd', 'c']);
    expect((await patch('0', '3')).status).toBe(204);
    expect(await order()).toEqual(['b', 'd', 'c', 'a']);
    expect((await patch('0', '1000000000000000000000')).status).toBe(204);
    expect(await order()).toEqual(['d', 'c', 'a', 'b']);
    expect((await patch('2', '2')).status).toBe(204);
    expect(await order()).toEqual(['d', 'c', 'a', 'b']);
  });

  it('takes every JSON number that is whole for a place, and nothing but a whole path for a job', async () => {
    await queueUp('a', 'b', 'c');
    expect((await patch('2', '-0')).status).toBe(204);
    expect(await order()).toEqual(['c', 'a', 'b']);
    expect((await patch('0', '1.0')).status).toBe(204);
    expect((await patch('1', '1e3')).status).toBe(204);
    expect(await order()).toEqual(['a', 'b', 'c']);
    expect((await patch('002', '  0 ')).status).toBe(204);
    expect(await order()).toEqual(['c', 'a', 'b']);
    for (const method of ['PATCH', 'DELETE', 'PUT'])
      for (const path of ['/queued_jobs', '/queued_jobs/', '/queued_jobs/0/1'])
        expect([404, 405]).toContain((await call(api, path, { method, body: '0' })).status);
    expect((await call(api, '/queued_jobs/%E0%A4%A', { method: 'DELETE' })).status).toBe(400);
    expect((await patch('0', `1${'0'.repeat(2 ** 20)}`)).status).toBe(413);
    expect(await order()).toEqual(['c', 'a', 'b']);
  });

  it('means by a position who stands there now, by a place where it is now', async () => {
    await queueUp('a', 'b', 'c', 'd');
    const answers = await Promise.all([
      ...[patch('3', '0'), remove('/queued_jobs/3'), patch('2', '9'), remove('/queued_jobs/2'), patch('3', '0')],
    ]);
    const removed = answers.filter((_answer, index) => index % 2 === 1).filter(({ status }) => status === 204).length;
    for (const { status, text } of answers) expect(status === 204 || text.startsWith('Bad queue position')).toBe(true);
    expect((await order()).length).toBe(4 - removed);
  });

  it('is cleared by deleting position 0 until there is none; deleted jobs are unknown', async () => {
    await queueUp('a', 'b', 'c');
    for (let left = 3; left > 0; left -= 1)
      expect(await remove('/queued_jobs/0')).toMatchObject({ status: 204, text: '' });
    expect(await remove('/queued_jobs/0')).toMatchObject({ status: 404, text: 'Bad queue position 0' });
    expect(await order()).toEqual([]);
    expect((await call(api, '/jobs/a')).status).toBe(404);
    expect((await call(api, '/failed_jobs')).text).toBe('{}\n');
    expect((await submit(api, 'a')).status).toBe(201);
  });

  it.each([
    ...[
      '-1',
      '1',
      '0.5',
      '1e0',
      '1e3',
      'first',
      '0x0',
      '%20',
      '%00',
      '+0',
      '00x',
      'null',
      '0,0',
      '%D9%A0',
      '%EF%BC%90',
    ],
    ...['99999999999999999999', '9'.repeat(1_000), '..%2f0'],
  ])('answers 404 where no job can stand: %s', async (position) => {
    await queueUp('only');
    const text = `Bad queue position ${decodeURIComponent(position)}`;
    expect(await call(api, `/queued_jobs/${position}`)).toMatchObject({ status: 404, text });
    expect(await remove(`/queued_jobs/${position}`)).toMatchObject({ status: 404, text });
    expect(await patch(position, '0')).toMatchObject({ status: 404, text });
    expect(await order()).toEqual(['only']);
  });

  it.each(['-1', '0.5', '"0"', 'null', '[]', '{}', 'true'])('refuses to move to %s', async (body) => {
    await queueUp('a', 'b');
    const answer = await patch('1', body);
    expect(answer.status).toBe(400);
    expect(answer.text).toContain(`Bad new queue position ${body}:`);
    for (const other of ['', '{', '0x1', '01', '+1', 'NaN', '١', '1e400', '-1e400', '0 0', '\u0000'])
      expect((await patch('1', other)).status).toBe(400);
    expect(await order()).toEqual(['a', 'b']);
  });
});

describe('/api/v1/queue', () => {
  const expectProblem = (answer: Answer, status: number, code: string): string => {
    expect(answer.headers.get('Content-Type')).toContain('application/problem+json');
    const problem = problemSchema.parse(JSON.parse(answer.text));
    expect(problem).toMatchObject({ status, code });
    return problem.detail;
  };
  const post = (path: string, body: unknown = {}): Promise<Answer> => postJson(api, `/api/v1/queue/${path}`, body);
  const shown = async (query = ''): Promise<unknown> => JSON.parse((await call(api, `/api/v1/queue${query}`)).text);

  it('gives the queue in pages, each job with why it waits', async () => {
    await joinHost(api);
    await queueUp('a', 'b', 'c');
    expect(await shown('?offset=1&limit=1')).toMatchObject({
      total: 3,
      offset: 1,
      limit: 1,
      entries: [{ jobId: 'b', position: 1, held: false, waitsFor: '2nd in line; what stands before it goes first.' }],
    });
    expect(await shown('?offset=7')).toMatchObject({ total: 3, entries: [] });
  });

  it('names an end of what fits nowhere only where the planner would bring it about', async () => {
    await joinHost(api);
    await queueUp('a');
    const large = anAdmission('large', { spec: aSpec({ gpus: 9 }) });
    await api.ledger.admit(large);
    await api.ledger.confirmStarted(large);
    const said = async (): Promise<string> => (await call(api, '/api/v1/queue?offset=1')).text;
    expect(await said()).toContain('hosts that are not heard may');
    const { token } = await api.ledger.beginPlanning({ pool: POOL });
    await api.ledger.noteCompared({ pool: POOL, token, generation: await api.ledger.generation() });
    expect(await said()).toContain('it fails at');
  });

  it('says that a pool without hosts has none', async () => {
    await queueUp('a');
    expect(await shown()).toMatchObject({ entries: [{ waitsFor: 'Next in line; the pool has no host.' }] });
  });

  it('moves a job by its id, whatever else moved meanwhile', async () => {
    await queueUp('a', 'b', 'c');
    await patch('2', '0');
    const answer = await post('b/move', { position: 0 });
    expect(answer.status).toBe(200);
    expect(JSON.parse(answer.text)).toMatchObject({ jobId: 'b', position: 0 });
    expect(await order()).toEqual(['b', 'c', 'a']);
  });

  it('holds a job in its place, says so, and releases it', async () => {
    await queueUp('a', 'b');
    expect(JSON.parse((await post('a/hold')).text)).toMatchObject({ jobId: 'a', position: 0, held: true });
    const { entries } = z.object({ entries: z.array(z.unknown()) }).parse(await shown());
    expect(entries[0]).toMatchObject({ jobId: 'a', held: true });
    expect(JSON.stringify(entries[0])).toContain('Held since 2');
    expect(JSON.parse((await call(api, '/api/v1/jobs/a')).text)).toMatchObject({ state: 'queued', reason: 'held' });
    expect(JSON.parse((await post('a/release')).text)).toMatchObject({ jobId: 'a', position: 0, held: false });
    expect(JSON.parse((await call(api, '/api/v1/jobs/a')).text)).toMatchObject({ reason: 'waiting_for_placement' });
  });

  it('deletes a job by id, and all of them only when told that all are meant', async () => {
    await queueUp('a', 'b', 'c');
    expect((await remove('/api/v1/queue/b')).status).toBe(204);
    expectProblem(await remove('/api/v1/queue/b'), 404, 'no_such_job');
    expectProblem(await remove('/api/v1/queue'), 400, 'bad_query');
    expectProblem(await remove('/api/v1/queue?all=yes'), 400, 'bad_query');
    expect(await order()).toEqual(['a', 'c']);
    expect(JSON.parse((await remove('/api/v1/queue?all=true')).text)).toEqual({ removed: 2 });
    expect(await order()).toEqual([]);
  });

  it('answers what cannot be with problems that name it', async () => {
    await joinHost(api);
    await queueUp('runs', 'waits');
    await run(api, 'runs');
    expectProblem(await post('runs/move', { position: 0 }), 409, 'not_queued');
    expectProblem(await post('runs/hold'), 409, 'not_queued');
    expectProblem(await remove('/api/v1/queue/runs'), 409, 'not_queued');
    for (const held of [false, true]) {
      const detail = expectProblem(await post('waits/hold', { held }), 400, 'bad_body');
      expect(detail).toContain('/release ends that');
    }
    expect(await shown()).toMatchObject({ entries: [{ jobId: 'waits', held: false }] });
    expectProblem(await post('nobody/move', { position: 0 }), 404, 'no_such_job');
    expectProblem(await post('nobody/release'), 404, 'no_such_job');
    expectProblem(await post('waits/move', { position: -1 }), 400, 'bad_body');
    expectProblem(await post('waits/move', { position: '0' }), 400, 'bad_body');
    expectProblem(await post('waits/move', { position: 0.5 }), 400, 'bad_body');
    expectProblem(await post('waits/move', []), 400, 'bad_body');
    for (const body of [{}, { position: 1e300 }, { position: 0, job: 'x' }, { position: null }, { position: [0] }])
      expectProblem(await post('waits/move', body), 400, 'bad_body');
    expect(JSON.parse((await post('waits/move', { position: 2 ** 50 })).text)).toMatchObject({ position: 0 });
    expectProblem(await post('%E0%A4%A/move', { position: 0 }), 400, 'bad_request');
    expectProblem(await post('..%2fx/move', { position: 0 }), 404, 'no_such_job');
    for (const query of [
      'limit=0',
      'limit=1e2',
      'offset=%D9%A1',
      'offset=',
      'offset=1&offset=2',
      'offset[a]=1',
      'limit=1001',
      'limit=x',
      'offset=-1',
      'offset=0.5',
      'page=1',
    ]) {
      expectProblem(await call(api, `/api/v1/queue?${query}`), 400, 'bad_query');
    }
    expectProblem(await call(api, '/api/v1/queue', { method: 'PUT' }), 405, 'method_not_allowed');
  });
});

describe('a full queue', () => {
  it('refuses with 429, leaves nothing of what it refused, and counts held jobs', async () => {
    await queueUp('a', 'b', 'c', 'd', 'e', 'f');
    await postJson(api, '/api/v1/queue/a/hold', {});
    const answer = await submit(api, 'g');
    expect(answer.status).toBe(429);
    expect(answer.headers.get('Retry-After')).toBe('5');
    expect((await call(api, '/jobs/g')).status).toBe(404);
    expect(api.gateway.started.map((input) => input.jobId)).not.toContain('g');
    await remove('/queued_jobs/5');
    expect((await submit(api, 'g')).status).toBe(201);
    expect(await order()).toEqual(['a', 'b', 'c', 'd', 'e', 'g']);
  });
});
