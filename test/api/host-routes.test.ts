import { createHash, randomBytes } from 'node:crypto';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { encodeCri } from '../../ledger/cri-format.ts';
import { type Answer, call, submit } from './foundations-client.ts';
import { HOST_TOKEN, type RunningApi, startApi } from './running-api.ts';
import { jobId, joinHost, place, printedLine, run } from './voyage.ts';

let api: RunningApi;
beforeAll(async () => {
  api = await startApi({ maxArtifactBytes: 100_000 });
  await joinHost(api);
});
afterAll(() => api.close());

const asHost = (path: string, init: RequestInit = {}): Promise<Answer> => {
  const headers = new Headers(init.headers);
  headers.set('Authorization', `Bearer ${HOST_TOKEN}`);
  return call(api, `/host/v1${path}`, { ...init, headers });
};
const post = (path: string, body: unknown): Promise<Answer> =>
  asHost(path, { method: 'POST', headers: { 'Content-Type': 'application/json' }, body: JSON.stringify(body) });

describe('the host routes', () => {
  it.each([undefined, 'Bearer wrong', `Bearer ${HOST_TOKEN}x`, 'Bearer ', HOST_TOKEN, `Basic ${HOST_TOKEN}`])(
    'let nobody pass with %j',
    async (authorization) => {
      const headers = authorization === undefined ? {} : { Authorization: authorization };
      for (const path of ['/host/v1/hello', '/host/v1/notices', '/host/v1/blobs', '/host/v1/nowhere']) {
        const answer = await call(api, path, { method: 'POST', headers });
        expect(answer.status).toBe(401);
        expect(answer.text).not.toContain(HOST_TOKEN);
      }
    },
  );

  it('take a hello and answer with the verdict', async () => {
    const hello = {
      name: 'host-2',
      pool: 'default',
      session: 's',
      engineId: 'e2',
      incarnation: 'i',
      journalId: 'j',
      incarnations: ['i'],
      lostAfterMs: 300_000,
      inventory: {
        cpuMilli: 1,
        memoryBytes: 1,
        gpuIds: [],
        slots: 1,
        labels: {},
        engineVersion: '1',
        diskFreeBytes: null,
      },
      held: [],
      highestEpoch: null,
    };
    expect(JSON.parse((await post('/hello', hello)).text)).toMatchObject({ kind: 'accepted', generation: 1 });
    expect((await api.ledger.hosts()).map((host) => host.name)).toContain('host-2');
    const wrong = await post('/hello', { ...hello, inventory: { ...hello.inventory, slots: -1 } });
    expect(wrong.status).toBe(400);
    expect(JSON.parse(wrong.text)).toMatchObject({ code: 'bad_host_request', field: 'inventory.slots' });
  });

  it('take notices', async () => {
    await submit(api, 'noticed');
    const { uid, placement } = await place(api, 'noticed');
    const replica = { uid, jobId: 'noticed', role: 'main', replica: 0, attempt: 1, epoch: placement.epoch };
    const answer = await post('/notices', { notices: [{ kind: 'started', replica, containerId: 'c', atMs: 5 }] });
    expect(answer).toMatchObject({ status: 204, text: '' });
    expect((await api.ledger.job({ jobId: jobId('noticed') }))?.record.state).toBe('running');
    expect((await post('/notices', { notices: [{ kind: 'sunk' }] })).status).toBe(400);
  });

  it('give a spec with its environment, by uid', async () => {
    await submit(api, 'specced', { environment: { TOKEN: 's3cret' } });
    const job = await api.ledger.job({ jobId: jobId('specced') });
    const answer = await asHost(`/jobs/${job?.record.uid}/spec`);
    expect(JSON.parse(answer.text)).toMatchObject({ roles: [{ container: { environment: ['TOKEN=s3cret'] } }] });
    expect((await asHost('/jobs/01ARZ3NDEKTSV4RRFFQ69G5FAV/spec')).status).toBe(404);
    expect((await asHost('/jobs/..%2fx/spec')).status).toBe(404);
    expect(api.logged.join('')).not.toContain('s3cret');
    expect(api.logged.join('')).not.toContain(HOST_TOKEN);
  });

  it('store and give blobs by digest, up to the limit', async () => {
    const content = randomBytes(50_000);
    const digest = `sha256:${createHash('sha256').update(content).digest('hex')}`;
    const stored = await asHost('/blobs', { method: 'POST', body: content });
    expect(JSON.parse(stored.text)).toEqual({ digest, bytes: 50_000 });
    const response = await fetch(`${api.url}/host/v1/blobs/${digest}`, {
      headers: { Authorization: `Bearer ${HOST_TOKEN}` },
    });
    expect(Buffer.from(await response.arrayBuffer()).equals(content)).toBe(true);
    const tooLarge = await asHost('/blobs', { method: 'POST', body: randomBytes(5_000_000) });
    expect(tooLarge.status).toBe(413);
    expect(JSON.parse(tooLarge.text)).toEqual({ limitBytes: 100_000 });
    expect((await asHost(`/blobs/sha256:${'0'.repeat(64)}`)).status).toBe(404);
    expect((await asHost('/blobs/..%2f..%2fetc%2fpasswd')).status).toBe(404);
  });

  it('append to a log from the ordinal it expects, at most once', async () => {
    await submit(api, 'logged');
    const { uid } = await run(api, 'logged');
    const append = async (expected: number, lines: string[]): Promise<unknown> => {
      const body = encodeCri(lines.map((line) => printedLine(line)));
      const answer = await asHost(`/logs/${uid}/main/0/1?expected=${expected}`, { method: 'POST', body });
      return JSON.parse(answer.text);
    };
    expect(await append(0, ['a', 'b'])).toEqual({ next: 2 });
    expect(await append(0, ['a', 'b'])).toEqual({ next: 2 });
    expect(await append(2, ['c'])).toEqual({ next: 3 });
    expect((await call(api, '/running_jobs/logged/logs')).text).toBe('"a\\nb\\nc\\n"\n');
    expect(await asHost(`/logs/${uid}/main/0/1/finish`, { method: 'POST' })).toMatchObject({ status: 204, text: '' });
    expect((await api.logs.streams(uid)).map((stream) => stream.finished)).toEqual([true]);
  });

  it.each([
    '/logs/x/main/0/1?expected=0',
    '/logs/01ARZ3NDEKTSV4RRFFQ69G5FAV/..%2f/0/1?expected=0',
    '/logs/01ARZ3NDEKTSV4RRFFQ69G5FAV/main/-1/1?expected=0',
    '/logs/01ARZ3NDEKTSV4RRFFQ69G5FAV/main/0/1',
    '/logs/01ARZ3NDEKTSV4RRFFQ69G5FAV/main/0/1?expected=-1',
  ])('refuse the log address %s', async (path) => {
    expect((await asHost(path, { method: 'POST', body: '' })).status).toBe(400);
  });

  it('refuse log lines that are not in CRI format, and a body over 4 MiB', async () => {
    const { uid } = await run(api, 'logged').catch(async () => {
      await submit(api, 'torn');
      return run(api, 'torn');
    });
    const path = `/logs/${uid}/main/0/7?expected=0`;
    expect((await asHost(path, { method: 'POST', body: 'no CRI\n' })).status).toBe(400);
    expect((await asHost(path, { method: 'POST', body: 'x'.repeat(5_000_000) })).status).toBe(413);
    expect((await api.logs.streams(uid)).filter((stream) => stream.attempt === 7)).toEqual([]);
  });

  it('fail activities of a dead worker', async () => {
    const pending = [1, 2].map((n) => ({ workflowId: `job:${n}`, runId: 'r', activityId: `${n}` }));
    expect(await post('/activities/fail', { pending, because: 'restarted' })).toMatchObject({ status: 204 });
    expect(api.gateway.failed).toEqual(pending.map((one) => ({ pending: one, because: 'restarted' })));
    api.gateway.mode = 'unavailable';
    const answer = await post('/activities/fail', { pending, because: 'restarted' });
    api.gateway.mode = 'started';
    expect(answer.status).toBe(503);
    expect(JSON.parse(answer.text)).toMatchObject({ code: 'temporal_unavailable' });
    expect((await post('/activities/fail', { pending: [{}], because: 'x' })).status).toBe(400);
  });
});
