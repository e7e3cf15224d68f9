import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { z } from 'zod';
import { call, goodBundle, upload } from './foundations-client.ts';
import { type RunningApi, startApi } from './running-api.ts';
import { jobId } from './voyage.ts';

let api: RunningApi;
beforeEach(async () => {
  api = await startApi();
});
afterEach(() => api.close());

type Json = { readonly status: number; readonly body: Record<string, unknown> };
const send = async (method: string, path: string, body?: unknown): Promise<Json> => {
  const init = { method, ...(body === undefined ? {} : { body: JSON.stringify(body) }) };
  const { status, text } = await call(api, `/api/v1/schedules${path}`, init);
  return { status, body: text === '' ? {} : z.record(z.string(), z.unknown()).parse(JSON.parse(text)) };
};
const wanted = (id: string, over: Record<string, unknown> = {}) => ({
  ...{ id, spec: { image: 'busybox', command: 'true' }, schedule: { hour: 3 }, bundle: false },
  ...over,
});
const create = (id: string, over: Record<string, unknown> = {}): Promise<Json> => send('POST', '', wanted(id, over));

describe('/api/v1/schedules', () => {
  it('creates with rules of its own and shows them', async () => {
    const rules = { timeZone: 'America/New_York', overlap: 'allow_all', catchUpSec: 60, jitterSec: 5 };
    const created = await create('own', { ...rules, metadata: { project_name: 'p', username: 'ann' }, note: 'a try' });
    expect(created).toMatchObject({
      status: 201,
      body: {
        id: 'own',
        project: 'p',
        owner: 'ann',
        status: 'active',
        note: 'a try',
        image: 'busybox:latest',
        ...rules,
      },
    });
    expect(created.body).toMatchObject({ schedule: { hour: '3', minute: '0' }, settled: true });
    expect(await send('GET', '/own')).toEqual({ status: 200, body: created.body });
    expect(api.scheduleGateway.held.get('own')).toMatchObject({ calendar: { timeZone: 'America/New_York' } });
  });

  it('lets one run wait and starts it ten minutes late at most, on the scheduler’s clock, unless told otherwise', async () => {
    const { body } = await create('plain');
    expect(body).toMatchObject({ overlap: 'buffer_one', catchUpSec: 600, jitterSec: 0, timeZone: 'Europe/Berlin' });
  });

  it('pins the uploaded bundle unless it is told that there is none', async () => {
    expect(await create('bundled', { bundle: true })).toMatchObject({ status: 409, body: { code: 'no_bundle' } });
    await upload(api, 'bundled.tgz', await goodBundle('bundled'));
    expect((await create('bundled', { bundle: true })).status).toBe(201);
    expect((await api.ledger.schedule({ jobId: jobId('bundled') }))?.bundleDigest).not.toBeNull();
  });

  it.each<[Record<string, unknown>, string]>([
    [{ timeZone: 'Mars/Olympus' }, 'timeZone'],
    [{ overlap: 'whatever' }, 'overlap'],
    [{ catchUpSec: 1 }, 'catchUpSec'],
    [{ jitterSec: -1 }, 'jitterSec'],
    [{ schedule: { hour: 99 } }, 'schedule.hour'],
    [{ schedule: { colour: 1 } }, 'schedule.colour'],
  ])('names the field of %j', async (over, field) => {
    expect(await create('bad', over)).toMatchObject({ status: 400, body: { code: 'bad_schedule', field } });
    expect(await send('GET', '')).toMatchObject({ body: { total: 0 } });
  });

  it('refuses a bad spec, a bad id, an unknown key and an id that is taken', async () => {
    expect(await create('../x')).toMatchObject({ status: 400, body: { code: 'bad_schedule' } });
    expect(await create('x', { spec: {} })).toMatchObject({ status: 400 });
    expect(await create('x', { colour: 1 })).toMatchObject({ status: 400 });
    await create('x');
    expect(await create('x', { schedule: { hour: 4 } })).toMatchObject({
      status: 409,
      body: { code: 'schedule_exists' },
    });
  });

  it('does not touch a schedule in Temporal that it did not make', async () => {
    await create('mine');
    const held = api.scheduleGateway.held.get('mine');
    if (held === undefined) throw new Error('not held');
    api.scheduleGateway.held.set('theirs', { ...held, uid: null });
    expect(await create('theirs')).toMatchObject({ status: 409, body: { code: 'schedule_taken' } });
    expect(await send('GET', '/theirs')).toMatchObject({ status: 404, body: { code: 'no_such_schedule' } });
    expect(api.scheduleGateway.held.get('theirs')?.uid).toBeNull();
  });

  it('lists in pages, oldest first', async () => {
    for (const id of ['a', 'b', 'c']) await create(id);
    const page = await send('GET', '?offset=1&limit=1');
    expect(page.body).toMatchObject({ total: 3, offset: 1, limit: 1, schedules: [{ id: 'b' }] });
    expect((await send('GET', '?limit=0')).status).toBe(400);
    expect((await send('GET', '?colour=red')).status).toBe(400);
  });

  it('changes what is said and keeps the rest, paused or not', async () => {
    await create('a', { catchUpSec: 60, paused: true });
    const changed = await send('PATCH', '/a', { schedule: { hour: 5 }, overlap: 'skip' });
    expect(changed).toMatchObject({
      status: 200,
      body: { schedule: { hour: '5' }, overlap: 'skip', catchUpSec: 60, status: 'paused' },
    });
    expect(await send('PATCH', '/a', { timeZone: 'UTC' })).toMatchObject({
      body: { timeZone: 'UTC', schedule: { hour: '5' }, overlap: 'skip' },
    });
    expect(await send('PATCH', '/a', { schedule: { hour: 'x' } })).toMatchObject({ status: 400 });
    expect(await send('GET', '/a')).toMatchObject({ body: { schedule: { hour: '5' } } });
    expect((await send('PATCH', '/nobody', { overlap: 'skip' })).status).toBe(404);
  });

  it('pauses with a note and goes on, unless nothing is due any more', async () => {
    await create('a');
    expect(await send('POST', '/a/pause', { note: 'broken' })).toMatchObject({
      status: 200,
      body: { status: 'paused', note: 'broken' },
    });
    expect(await send('POST', '/a/unpause')).toMatchObject({ body: { status: 'active' } });
    await create('past', { schedule: { hour: 1, end_date: '2020-01-01' }, paused: true });
    expect(await send('POST', '/past/unpause')).toMatchObject({ status: 409, body: { code: 'schedule_ended' } });
    expect((await send('POST', '/nobody/pause')).status).toBe(404);
  });

  it('runs now and runs what was due in the past', async () => {
    await create('a');
    expect((await send('POST', '/a/trigger')).status).toBe(202);
    expect((await send('POST', '/a/trigger', { overlap: 'allow_all' })).status).toBe(202);
    const past = { from: '2026-01-01T00:00:00Z', to: '2026-01-02T00:00:00+01:00' };
    expect((await send('POST', '/a/backfill', past)).status).toBe(202);
    expect(api.scheduleGateway.triggered.map(({ what }) => what)).toEqual([
      'trigger null',
      'trigger allow_all',
      `${Date.parse(past.from)} to ${Date.parse(past.to)} null`,
    ]);
    for (const body of [
      { from: past.to, to: past.from },
      { from: past.from, to: '2999-01-01T00:00:00Z' },
      { from: 'x' },
    ]) {
      expect(await send('POST', '/a/backfill', body)).toMatchObject({ status: 400, body: { code: 'bad_order' } });
    }
    api.scheduleGateway.mode = 'unavailable';
    expect(await send('POST', '/a/trigger')).toMatchObject({ status: 503, body: { code: 'temporal_unavailable' } });
  });

  it('tells what became of its runs, and why of some nothing did', async () => {
    await create('a');
    const record = await api.ledger.schedule({ jobId: jobId('a') });
    if (record === null) throw new Error('not there');
    const run = { scheduleUid: record.uid, nominalMs: Date.UTC(2026, 0, 1), starterRunId: 'r1' };
    await api.ledger.recordSkippedRun({ ...run, because: 'the queue was full' });
    expect(await send('GET', '/a/runs')).toMatchObject({
      status: 200,
      body: {
        ...{ id: 'a', started: 0, missed: 0, overlapSkipped: 0, bufferDropped: 0, waiting: 0 },
        runs: [{ jobId: 'a_20260101_010000', uid: null, state: null, skippedBecause: 'the queue was full' }],
        unstarted: [],
      },
    });
  });

  it('is gone once it is deleted', async () => {
    await create('a');
    expect((await send('DELETE', '/a')).status).toBe(204);
    expect((await send('DELETE', '/a')).status).toBe(404);
    expect(api.scheduleGateway.held.size).toBe(0);
  });
});
