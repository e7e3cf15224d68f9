import { describe, expect, it } from 'vitest';
import { z } from 'zod';
import { goodBundle, submission, upload } from '../foundations-client.ts';
import { ask, DONE, jsonIn, plain, type TwoApis } from './two-apis.ts';

const entrySchema = z.strictObject({
  next_run_time: z.array(z.number().nullable()).length(3),
  schedule: z.record(z.string(), z.string().nullable()),
  status: z.enum(['active', 'paused']),
  properties: z.unknown(),
});
const NO_TIMES = [null, null, null];
const FIELDS = ['year', 'month', 'day', 'week', 'day_of_week', 'hour', 'minute', 'second', 'start_date', 'end_date'];
const EXPIRED = 'Cannot mark expired monitor as active. Job will be removed.';

export const scheduleRoutes = (apis: () => TwoApis): void => {
  const change = (method: string, path: string, body?: unknown) => ask(apis().one, method, path, body);
  const listed = async (path = '/scheduled_jobs', body?: unknown) =>
    z.record(z.string(), entrySchema).parse(jsonIn(await ask(apis().other, 'GET', path, body)));
  const schedule = async (id: string, when?: Record<string, unknown>, over: Record<string, unknown> = {}) => {
    await upload(apis().one, `${id}.tgz`, await goodBundle(id));
    const asked = { ...submission(id), ...(when === undefined ? {} : { schedule: when }), ...over };
    expect(await change('POST', '/scheduled_jobs', asked)).toMatchObject({ status: 201, text: `"${id}"\n` });
  };

  describe('a scheduled job', () => {
    it('is in the next answer of every api: created, paused, timed anew, deleted', async () => {
      await schedule('nightly', { hour: 3 });
      const { nightly } = await listed();
      expect(Object.keys(nightly?.schedule ?? {}).toSorted()).toEqual(FIELDS.toSorted());
      expect(nightly).toMatchObject({
        ...{ schedule: { day: '*', hour: '3', minute: '0', end_date: null }, status: 'active' },
        properties: submission('nightly'),
      });
      const [first = null, second = null, third = null] = nightly?.next_run_time ?? [];
      expect(first ?? 0).toBeGreaterThan(Date.now() / 1000);
      expect([second, third]).toEqual([second ?? 0, third ?? 0].toSorted((a, b) => a - b));
      expect(await listed('/scheduled_jobs/nightly')).toEqual({ nightly });

      expect(await change('PUT', '/scheduled_jobs/nightly', { status: 'paused' })).toEqual(DONE);
      expect(await listed()).toMatchObject({ nightly: { status: 'paused', next_run_time: NO_TIMES } });
      expect(await change('PATCH', '/scheduled_jobs/nightly', { schedule: { hour: 4 } })).toEqual(DONE);
      expect(await listed()).toMatchObject({ nightly: { status: 'paused', schedule: { hour: '4' } } });
      expect(await change('PUT', '/scheduled_jobs/nightly', { status: 'active' })).toEqual(DONE);
      expect(await listed('/scheduled_jobs/nightly')).toMatchObject({ nightly: { status: 'active' } });
      expect(await change('DELETE', '/scheduled_jobs/nightly')).toEqual(DONE);
      expect(await listed()).not.toHaveProperty('nightly');
      const gone = plain(404, 'Scheduled job nightly not found');
      expect(await ask(apis().other, 'GET', '/scheduled_jobs/nightly')).toEqual(gone);
      expect(await change('DELETE', '/scheduled_jobs/nightly')).toEqual(gone);
    });

    it('without a schedule is created paused', async () => {
      await schedule('none');
      await schedule('empty', {});
      const paused = { status: 'paused', next_run_time: NO_TIMES };
      expect(await listed()).toMatchObject({ none: paused, empty: paused });
    });

    it('with a note that no database can hold is refused as the caller’s doing, or kept', async () => {
      const { one } = apis();
      const asked = { id: 'noted', spec: { image: 'busybox' }, schedule: { hour: 1 }, bundle: false, note: 'a\0b' };
      expect([201, 400]).toContain((await ask(one, 'POST', '/api/v1/schedules', asked)).status);
    });

    it('is listed with its project only, asked by the query or in the body of the GET', async () => {
      await schedule('a', { hour: 1 });
      await schedule('b', { hour: 1 }, { metadata: { project_name: 'other', username: 'u', monitor_name: 'm' } });
      expect(Object.keys(await listed('/scheduled_jobs?project=other'))).toEqual(['b']);
      expect(Object.keys(await listed('/scheduled_jobs', { project: 'other' }))).toEqual(['b']);
      expect(Object.keys(await listed('/scheduled_jobs', { project: 'nobody' }))).toEqual([]);
      expect(Object.keys(await listed('/scheduled_jobs', {}))).toEqual(expect.arrayContaining(['a', 'b']));
    });

    it('that is wholly past runs never and says so when it is to be active', async () => {
      const past: readonly Record<string, unknown>[] = [
        { hour: 1, end_date: '2020-01-01' },
        { year: 2020 },
        { hour: 1, start_date: '2019-01-01', end_date: '2019-02-01 00:00:00' },
      ];
      for (const [at, when] of past.entries()) {
        const id = `past-${at}`;
        await schedule(id, when);
        expect((await listed())[id]).toMatchObject({ next_run_time: NO_TIMES });
        expect(await change('PUT', `/scheduled_jobs/${id}`, { status: 'active' })).toEqual(plain(400, EXPIRED));
        expect(await listed()).not.toHaveProperty(id);
      }
    });

    it('runs from now on when its start is past, and shows fewer times where its end is near', async () => {
      await schedule('begun', { hour: '*', start_date: '2020-01-01' });
      expect((await listed())['begun']?.next_run_time).not.toContain(null);
      const year = new Date().getUTCFullYear() + 1;
      await schedule('once', { year, month: 6, day: 1 });
      expect((await listed())['once']?.next_run_time).toEqual([expect.any(Number), null, null]);
    });

    it('keeps its times when new ones are refused', async () => {
      await schedule('kept', { hour: 1 });
      const refused = plain(400, 'Cannot process schedule update: invalid schedule provided for job kept');
      for (const bad of [{ hour: 25 }, { hour: 'x' }, { minute: '' }, { day_of_week: 'someday' }, { colour: 1 }])
        expect(await change('PATCH', '/scheduled_jobs/kept', { schedule: bad })).toEqual(refused);
      for (const nothing of [undefined, {}, { schedule: {} }, { schedule: null }])
        expect(await change('PATCH', '/scheduled_jobs/kept', nothing)).toEqual(plain(400, 'Bad job schedule'));
      expect(await change('PUT', '/scheduled_jobs/kept', { status: 'asleep' })).toEqual(plain(400, 'Invalid status'));
      expect(await listed()).toMatchObject({ kept: { status: 'active', schedule: { hour: '1' } } });
    });

    it('is not taken a second time with other times, nor without a bundle of its own', async () => {
      await schedule('twice', { hour: 1 });
      await schedule('twice', { hour: 1 });
      const other = { ...submission('twice'), schedule: { hour: 2 } };
      expect(await change('POST', '/scheduled_jobs', other)).toEqual(plain(409, 'Scheduled job twice already exists'));
      const bare = { ...submission('bare'), schedule: { hour: 2 } };
      expect(await change('POST', '/scheduled_jobs', bare)).toEqual(
        plain(409, 'Cannot schedule a job that has no uploaded bundle'),
      );
      expect(await listed()).toMatchObject({ twice: { schedule: { hour: '1' } } });
    });
  });
};
