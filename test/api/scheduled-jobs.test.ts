import { pino } from 'pino';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { z } from 'zod';
import { tellSchedulesUntil } from '../../activities/control/tell-schedules.ts';
import type { Digest } from '../../model/ids.ts';
import { type Answer, call, goodBundle, submission, upload } from './foundations-client.ts';
import { type RunningApi, startApi } from './running-api.ts';
import { jobId } from './voyage.ts';

let api: RunningApi;
beforeEach(async () => {
  api = await startApi();
});
afterEach(() => api.close());

const send = (method: string, path: string, body?: unknown): Promise<Answer> =>
  call(api, path, { method, ...(body === undefined ? {} : { body: JSON.stringify(body) }) });
const schedule = async (id: string, when: unknown, over: Record<string, unknown> = {}): Promise<Answer> => {
  await upload(api, `${id}.tgz`, await goodBundle(id));
  return send('POST', '/scheduled_jobs', { ...submission(id), schedule: when, ...over });
};
const entries = async (query = ''): Promise<Record<string, Record<string, unknown>>> => {
  const { text } = await call(api, `/scheduled_jobs${query}`);
  return z.record(z.string(), z.record(z.string(), z.unknown())).parse(JSON.parse(text));
};
const NOT_FOUND = { status: 404, text: 'Scheduled job nobody not found' };
const FIELDS = { year: '*', month: '*', day: '*', week: '*', day_of_week: 'mon-fri', minute: '0', second: '0' };

describe('POST /scheduled_jobs', () => {
  it('answers 201 with the id and shows the schedule with all its fields', async () => {
    const answer = await schedule('nightly', { day_of_week: 'mon-fri', hour: 3 });
    expect(answer).toMatchObject({ status: 201, text: '"nightly"\n' });
    const { nightly } = await entries();
    expect(nightly).toMatchObject({
      schedule: { ...FIELDS, hour: '3', start_date: null, end_date: null },
      status: 'active',
      properties: submission('nightly'),
    });
    const times = z.array(z.number()).length(3).parse(nightly?.['next_run_time']);
    for (const time of times) {
      expect(time * 1000).toBeGreaterThan(Date.now());
      const clock = new Date(time * 1000).toLocaleString('de-DE', { timeZone: 'Europe/Berlin', timeStyle: 'medium' });
      expect(clock).toBe('03:00:00');
    }
    expect(await send('GET', '/scheduled_jobs/nightly')).toMatchObject({ status: 200 });
  });

  it('tells Temporal nothing of the environment', async () => {
    await schedule('secret', { hour: 3 }, { spec: { image: 'busybox', environment: { TOKEN: 's3cret' } } });
    expect(JSON.stringify([...api.scheduleGateway.held])).not.toContain('s3cret');
    expect(api.logged.join('')).not.toContain('s3cret');
  });

  it.each<[unknown, string]>([
    [{}, "Job must contain 'job_id', 'spec'"],
    [[1], "Job must contain 'job_id', 'spec'"],
    [{ job_id: 'a' }, "Job must contain 'job_id', 'spec'"],
    [{ job_id: 1, spec: {} }, "Job must contain valid 'job_id', 'spec'"],
    [{ job_id: 'a', spec: 'x' }, "Job must contain valid 'job_id', 'spec'"],
    [
      { ...submission('a'), gpu_spec: { num_gpus: -1 } },
      "Foundations ERROR: Job 'a' expects an invalid number of GPUs (-1)",
    ],
    [{ ...submission('a'), schedule: [1] }, 'Bad job schedule: it must be an object of cron fields'],
    [
      { ...submission('a'), colour: 1 },
      'Unknown key colour; known are job_id, spec, schedule, metadata, gpu_spec and retry',
    ],
    [
      submission('a'.repeat(109)),
      "Bad job id: a schedule's has at most 108 characters, because its runs' ids are longer",
    ],
  ])('refuses %j', async (body, text) => {
    expect(await send('POST', '/scheduled_jobs', body)).toMatchObject({ status: 400, text });
    expect(await entries()).toEqual({});
  });

  it('names the field of a bad expression', async () => {
    const answer = await schedule('bad', { day_of_week: 'someday' });
    expect(answer.status).toBe(400);
    expect(answer.text).toMatch(/^Bad job schedule: day_of_week/);
  });

  it('refuses ids that are paths', async () => {
    for (const id of ['../x', '/etc', 'a/b', '..', 'a\\b', '.hidden', 'ü', 'x'.repeat(300)]) {
      const answer = await send('POST', '/scheduled_jobs', { ...submission(id), schedule: { hour: 1 } });
      expect(answer.status).toBe(400);
      expect(answer.text).toMatch(/^Bad job id/);
      // A client makes another path of "..".
      const path = `/scheduled_jobs/${encodeURIComponent(id === '..' ? '../..' : id)}`;
      for (const method of ['GET', 'DELETE']) expect((await send(method, path)).status).toBe(404);
    }
  });

  it('refuses a job that has no bundle, and more than there may be', async () => {
    expect(await send('POST', '/scheduled_jobs', { ...submission('a'), schedule: { hour: 1 } })).toMatchObject({
      status: 409,
      text: 'Cannot schedule a job that has no uploaded bundle',
    });
    await api.close();
    api = await startApi({ maxSchedules: 1 });
    expect((await schedule('a', { hour: 1 })).status).toBe(201);
    expect(await schedule('b', { hour: 1 })).toMatchObject({
      status: 400,
      text: 'Maximum number of scheduled jobs reached',
    });
  });

  it('creates one without a schedule paused, until it is given one and made active', async () => {
    expect((await schedule('later', {})).status).toBe(201);
    expect((await entries())['later']).toMatchObject({ status: 'paused', next_run_time: [null, null, null] });
    expect((await send('PATCH', '/scheduled_jobs/later', { schedule: { hour: 1 } })).status).toBe(204);
    expect((await entries())['later']).toMatchObject({ status: 'paused', schedule: { hour: '1' } });
    expect((await send('PUT', '/scheduled_jobs/later', { status: 'active' })).status).toBe(204);
    expect((await entries())['later']).toMatchObject({ status: 'active' });
  });

  it('takes an equal one again and refuses a different one under its id', async () => {
    await schedule('twice', { hour: 1 });
    expect((await schedule('twice', { hour: 1 })).status).toBe(201);
    expect(await schedule('twice', { hour: 2 })).toMatchObject({
      status: 409,
      text: 'Scheduled job twice already exists',
    });
    expect(Object.keys(await entries())).toEqual(['twice']);
  });

  it('shows none past the end of a schedule, and accepts one that is wholly past', async () => {
    expect((await schedule('past', { hour: 1, end_date: '2020-01-01' })).status).toBe(201);
    expect((await entries())['past']).toMatchObject({ next_run_time: [null, null, null], status: 'active' });
  });

  it('answers 503 while Temporal is away and leaves nothing behind', async () => {
    api.scheduleGateway.mode = 'unavailable';
    const answer = await schedule('late', { hour: 1 });
    expect(answer).toMatchObject({
      status: 503,
      text: 'Job late was not scheduled: Temporal cannot be reached; try again',
    });
    expect(answer.headers.get('Retry-After')).toBe('5');
    expect(await entries()).toEqual({});
    api.scheduleGateway.mode = 'up';
    expect((await schedule('late', { hour: 2 })).status).toBe(201);
  });
});

describe('GET /scheduled_jobs', () => {
  it('shows a project’s, by query or by a JSON body', async () => {
    await schedule('a', { hour: 1 });
    await schedule('b', { hour: 1 }, { metadata: { project_name: 'other' } });
    expect(Object.keys(await entries('?project=other'))).toEqual(['b']);
    expect(Object.keys(await entries('?project=nobody'))).toEqual([]);
    expect(Object.keys(await entries())).toEqual(['a', 'b']);
  });

  it('shows what is in Temporal: pauses, other times and deletions made there', async () => {
    await schedule('a', { hour: 1 });
    const held = api.scheduleGateway.held.get('a');
    if (held === undefined) throw new Error('not held');
    held.paused = true;
    expect((await entries())['a']).toMatchObject({ status: 'paused' });
    held.calendar = { ...held.calendar, endAtMs: Date.now() + 1e9 };
    expect((await entries())['a']).toMatchObject({ schedule: { year: 'custom', second: 'custom', end_date: null } });
    api.scheduleGateway.held.delete('a');
    expect(await entries()).toEqual({});
    expect((await call(api, '/scheduled_jobs/a')).status).toBe(404);
    expect((await schedule('a', { hour: 2 })).status).toBe(201);
  });

  it('shows at once what was changed, though Temporal’s list is behind', async () => {
    await schedule('a', { hour: 1 });
    api.scheduleGateway.listed = await api.scheduleGateway.list();
    await send('PUT', '/scheduled_jobs/a', { status: 'paused' });
    await schedule('b', { hour: 1 });
    expect((await entries())['a']).toMatchObject({ status: 'paused' });
    expect(Object.keys(await entries())).toEqual(['a', 'b']);
    await send('DELETE', '/scheduled_jobs/a');
    expect(Object.keys(await entries())).toEqual(['b']);
  });

  it('shows what was asked for while Temporal is away, and tells Temporal when it is back', async () => {
    await schedule('a', { hour: 1 });
    api.scheduleGateway.mode = 'unavailable';
    expect((await send('PUT', '/scheduled_jobs/a', { status: 'paused' })).status).toBe(204);
    expect((await send('PATCH', '/scheduled_jobs/a', { schedule: { hour: 7 } })).status).toBe(204);
    expect((await entries())['a']).toMatchObject({ status: 'paused', schedule: { hour: '7' } });
    expect(api.scheduleGateway.held.get('a')?.paused).toBe(false);
    api.scheduleGateway.mode = 'up';
    const over = new AbortController();
    const telling = tellSchedulesUntil({ ...api, logger: pino({ level: 'silent' }) }, over.signal);
    await expect.poll(() => api.scheduleGateway.held.get('a')?.paused, { timeout: 20_000 }).toBe(true);
    await expect
      .poll(async () => (await api.ledger.schedule({ jobId: jobId('a') }))?.pending, { timeout: 20_000 })
      .toBe(0);
    over.abort();
    await telling;
    expect((await entries())['a']).toMatchObject({ status: 'paused', schedule: { hour: '7' } });
  });
});

describe('the bundles of a scheduled job', () => {
  const digestOf = async (id: string): Promise<Digest> => {
    const bundle = await api.ledger.bundle({ jobId: jobId(id) });
    if (bundle === null) throw new Error(`${id} has no bundle`);
    return bundle.digest;
  };

  it('are removed with it, but what another has too', async () => {
    for (const id of ['a', 'b']) await schedule(id, { hour: 1 });
    const ofA = await digestOf('a');
    await upload(api, 'a.tgz', await goodBundle('a', 'renewed'));
    const renewed = await digestOf('a');
    const over = new AbortController();
    const telling = tellSchedulesUntil({ ...api, logger: pino({ level: 'silent' }) }, over.signal);
    expect((await send('DELETE', '/scheduled_jobs/a')).status).toBe(204);
    for (const digest of [ofA, renewed])
      await expect.poll(() => api.blobs.read(digest), { timeout: 20_000 }).toBeNull();
    over.abort();
    await telling;
    expect(await api.blobs.read(await digestOf('b'))).not.toBeNull();
  });

  it('go with one that was deleted in Temporal, but not what was uploaded since for the next of its id', async () => {
    await schedule('a', { hour: 1 });
    api.scheduleGateway.held.delete('a');
    expect((await call(api, '/scheduled_jobs/a')).status).toBe(404);
    const asked = { ...submission('a'), schedule: { hour: 2 } };
    expect((await send('POST', '/scheduled_jobs', asked)).status).toBe(409);
    expect((await schedule('a', { hour: 2 })).status).toBe(201);

    api.scheduleGateway.held.delete('a');
    await upload(api, 'a.tgz', await goodBundle('a'));
    expect((await call(api, '/scheduled_jobs/a')).status).toBe(404);
    expect((await send('POST', '/scheduled_jobs', asked)).status).toBe(201);

    await upload(api, 'a.tgz', await goodBundle('a'));
    api.scheduleGateway.held.delete('a');
    expect((await send('POST', '/scheduled_jobs', asked)).status).toBe(201);
  });
});

describe('changing a scheduled job', () => {
  it('pauses and goes on', async () => {
    await schedule('a', { hour: 1 });
    expect((await send('PUT', '/scheduled_jobs/a', { status: 'paused' })).status).toBe(204);
    expect((await entries())['a']).toMatchObject({ status: 'paused', next_run_time: [null, null, null] });
    expect((await send('PUT', '/scheduled_jobs/a', { status: 'active' })).status).toBe(204);
    expect((await entries())['a']).toMatchObject({ status: 'active' });
  });

  it('refuses a status in the contract’s words and order', async () => {
    await schedule('a', { hour: 1 });
    expect(await send('PUT', '/scheduled_jobs/nobody', {})).toMatchObject({ status: 400, text: 'Missing status key' });
    expect(await send('PUT', '/scheduled_jobs/nobody', { status: 'paused' })).toMatchObject(NOT_FOUND);
    expect(await send('PUT', '/scheduled_jobs/a', { status: 'asleep' })).toMatchObject({
      status: 400,
      text: 'Invalid status',
    });
  });

  it('removes one that has ended when it is to be active', async () => {
    await schedule('a', { hour: 1, end_date: '2020-01-01' });
    expect(await send('PUT', '/scheduled_jobs/a', { status: 'active' })).toMatchObject({
      status: 400,
      text: 'Cannot mark expired monitor as active. Job will be removed.',
    });
    expect(await entries()).toEqual({});
  });

  it('keeps the old times when new ones are refused, and names the field beside the text', async () => {
    await schedule('a', { hour: 1 });
    for (const body of [{}, { schedule: {} }, { schedule: 'x' }, [1]]) {
      expect(await send('PATCH', '/scheduled_jobs/a', body)).toMatchObject({ status: 400, text: 'Bad job schedule' });
    }
    const refused = await send('PATCH', '/scheduled_jobs/a', { schedule: { hour: '25' } });
    expect(refused).toMatchObject({
      status: 400,
      text: 'Cannot process schedule update: invalid schedule provided for job a',
    });
    expect(refused.headers.get('X-Longshore-Because')).toMatch(/^hour/);
    expect((await entries())['a']).toMatchObject({ schedule: { hour: '1' } });
    expect(await send('PATCH', '/scheduled_jobs/nobody', { schedule: { hour: 1 } })).toMatchObject(NOT_FOUND);
  });

  it('is gone once it is deleted', async () => {
    await schedule('a', { hour: 1 });
    expect(await send('DELETE', '/scheduled_jobs/a')).toMatchObject({ status: 204, text: '' });
    expect(api.scheduleGateway.held.size).toBe(0);
    expect(await send('DELETE', '/scheduled_jobs/nobody')).toMatchObject(NOT_FOUND);
    expect((await call(api, '/scheduled_jobs/a')).status).toBe(404);
  });
});
