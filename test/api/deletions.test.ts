import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { call, submit } from './foundations-client.ts';
import { type RunningApi, startApi } from './running-api.ts';
import { end, exited, jobId, joinHost, run } from './voyage.ts';

let api: RunningApi;
beforeAll(async () => {
  api = await startApi();
  await joinHost(api);
});
afterAll(() => api.close());

const remove = (path: string) => call(api, path, { method: 'DELETE' });
const ended = async (id: string, exitCode = 0): Promise<void> => {
  await submit(api, id);
  await end(api, await run(api, id), exited(exitCode));
};
const listedIds = async (): Promise<string[]> => {
  const ids: string[] = [];
  for (const list of ['queued', 'running', 'completed', 'failed']) {
    ids.push(...Object.keys(JSON.parse((await call(api, `/${list}_jobs`)).text) as object));
  }
  return ids;
};

describe('DELETE /completed_jobs/<id>', () => {
  it.each([
    ['completed', 0],
    ['failed', 3],
  ])('removes a %s job from every answer at once', async (id, exitCode) => {
    await ended(id, exitCode);
    expect(await remove(`/completed_jobs/${id}`)).toMatchObject({ status: 204, text: '' });
    expect(await listedIds()).toEqual([]);
    for (const path of [`/jobs/${id}`, `/completed_jobs/${id}/logs`, `/failed_jobs/${id}/logs`]) {
      expect(await call(api, path)).toMatchObject({ status: 404, text: `Bad job id ${id}` });
    }
    expect(await call(api, `/job_bundle/${id}`)).toMatchObject({
      status: 404,
      text: `No archive directory found for Job ${id}`,
    });
    expect((await call(api, `/api/v1/jobs/${id}`)).status).toBe(404);
    expect(await remove(`/completed_jobs/${id}`)).toMatchObject({ status: 404, text: `Job ${id} not found` });
  });

  it('knows no open job, and none that never was', async () => {
    await submit(api, 'open');
    for (const id of ['open', 'never', '..%2fx']) {
      const text = `Job ${decodeURIComponent(id)} not found`;
      expect(await remove(`/completed_jobs/${id}`)).toMatchObject({ status: 404, text });
    }
    expect((await call(api, '/jobs/open')).status).toBe(200);
    await remove('/queued_jobs/0');
  });

  it('takes the bundle with it: the id comes again only with a new one', async () => {
    await ended('again');
    await remove('/completed_jobs/again');
    expect(await api.ledger.bundle({ jobId: jobId('again') })).toBeNull();
    expect((await submit(api, 'again')).status).toBe(201);
    expect(await call(api, '/jobs/again')).toMatchObject({ status: 200 });
    await remove('/queued_jobs/0');
  });

  it('removes 200 at once', { timeout: 120_000 }, async () => {
    const ids = Array.from({ length: 200 }, (_, index) => `many-${index}`);
    for (const id of ids) await ended(id);
    const answers = await Promise.all(ids.map((id) => remove(`/completed_jobs/${id}`)));
    expect(new Set(answers.map(({ status }) => status))).toEqual(new Set([204]));
    expect(await listedIds()).toEqual([]);
  });
});

describe('DELETE /api/v1/jobs/<id>', () => {
  it('removes an ended job; refuses an open one with the way out', async () => {
    await submit(api, 'native');
    const open = await remove('/api/v1/jobs/native');
    expect(open.status).toBe(409);
    expect(JSON.parse(open.text)).toMatchObject({
      code: 'job_open',
      detail: 'Job native is queued: only an ended job can be deleted; cancel it first',
    });
    await end(api, await run(api, 'native'), exited(0));
    expect((await remove('/api/v1/jobs/native')).status).toBe(204);
    expect(JSON.parse((await remove('/api/v1/jobs/native')).text)).toMatchObject({ status: 404, code: 'no_such_job' });
  });
});
