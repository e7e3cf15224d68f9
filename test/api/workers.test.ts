import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { z } from 'zod';
import { call } from './foundations-client.ts';
import { type RunningApi, startApi } from './running-api.ts';
import { joinHost } from './voyage.ts';

let api: RunningApi;
beforeEach(async () => {
  api = await startApi();
});
afterEach(() => api.close());

const workersSchema = z.record(
  z.string(),
  z.strictObject({ id: z.string(), max_instances: z.literal(1), name: z.string(), pending: z.boolean() }),
);
const workers = async () => workersSchema.parse(JSON.parse((await call(api, '/workers')).text));

describe('/workers', () => {
  it('lists one per slot, by its id', async () => {
    expect(await workers()).toEqual({});
    await joinHost(api);
    const listed = await workers();
    expect(Object.keys(listed)).toHaveLength(1_000);
    expect(listed['7']).toEqual({ id: '7', max_instances: 1, name: 'host-1', pending: false });
  });

  it('adds one and answers its id, which is listed at once', async () => {
    await joinHost(api);
    expect(await call(api, '/workers', { method: 'POST' })).toMatchObject({ status: 201, text: '"1001"\n' });
    expect(Object.keys(await workers())).toContain('1001');
  });

  it('says that there is no host to add one to', async () => {
    const answer = await call(api, '/workers', { method: 'POST' });
    expect(answer.status).toBe(503);
    expect(answer.text).toContain('longshore host');
  });

  it('takes one away once, and its id is not given again', async () => {
    await joinHost(api);
    expect(await call(api, '/workers/1000', { method: 'DELETE' })).toMatchObject({ status: 204, text: '' });
    expect(await call(api, '/workers/1000', { method: 'DELETE' })).toMatchObject({
      status: 404,
      text: 'Bad worker id 1000',
    });
    expect((await call(api, '/workers', { method: 'POST' })).text).toBe('"1001"\n');
  });

  it('knows no worker by what is not an id', async () => {
    await joinHost(api);
    for (const id of ['0', '-1', '1.5', 'one', '9'.repeat(40), '01']) {
      expect(await call(api, `/workers/${id}`, { method: 'DELETE' })).toMatchObject({
        status: 404,
        text: `Bad worker id ${id}`,
      });
    }
  });
});
