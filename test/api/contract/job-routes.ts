import { Readable } from 'node:stream';
import { describe, expect, it } from 'vitest';
import { submission, tarGz, upload } from '../foundations-client.ts';
import { end, exited, jobId, joinHost, place, printedLine, run, stream } from '../voyage.ts';
import { ask, DONE, jsonIn, plain, type TwoApis } from './two-apis.ts';

const bundleWith = (id: string, text: string): Promise<Buffer> => tarGz([{ name: `${id}/main.py`, content: text }]);
const secondsAgo: unknown = expect.closeTo(Date.now() / 1000, -3);

export const jobRoutes = (apis: () => TwoApis): void => {
  const change = (method: string, path: string, body?: unknown) => ask(apis().one, method, path, body);
  const look = async (path: string): Promise<unknown> => jsonIn(await ask(apis().other, 'GET', path));
  const refused = (path: string) => ask(apis().other, 'GET', path);
  const put = async (id: string, content = 'print(1)'): Promise<void> => {
    const { status, text } = await upload(apis().one, `${id}.tgz`, await bundleWith(id, content));
    expect([status, text]).toEqual([200, 'Job bundle uploaded']);
  };
  const submit = async (id: string): Promise<void> => {
    await put(id);
    expect(await change('POST', '/queued_jobs', submission(id))).toMatchObject({ status: 201, text: `"${id}"\n` });
  };
  const idsIn = async (list: string): Promise<readonly string[]> =>
    Object.values((await look(`/${list}_jobs`)) as Record<string, { job_id: string }>).map(({ job_id }) => job_id);
  const standsIn = async (id: string): Promise<readonly string[]> => {
    const lists = ['queued', 'running', 'completed', 'failed'];
    const found = await Promise.all(lists.map(async (list) => ((await idsIn(list)).includes(id) ? [list] : [])));
    return found.flat();
  };
  const given = { spec: submission('x').spec, metadata: submission('x').metadata, gpu_spec: {} };

  describe('what was answered 2xx', () => {
    it('is in the next answer of every api: submitted, moved, deleted', async () => {
      for (const id of ['a', 'b', 'c']) {
        await submit(id);
        expect(await standsIn(id)).toEqual(['queued']);
        expect(await look(`/jobs/${id}`)).toEqual({ job_id: id, status: 'queued', spec: given.spec, logs: '' });
      }
      expect(await look('/queued_jobs')).toEqual(
        Object.fromEntries(
          ['a', 'b', 'c'].map((id, at) => [
            String(at),
            { queued_time: secondsAgo, job_id: id, ...given, position: at },
          ]),
        ),
      );
      expect(await look('/queued_jobs/1')).toMatchObject({ job_id: 'b', position: 1 });
      expect(await change('PATCH', '/queued_jobs/2', 0)).toEqual(DONE);
      expect(await idsIn('queued')).toEqual(['c', 'a', 'b']);
      expect(await change('PATCH', '/queued_jobs/0', 99)).toEqual(DONE);
      expect(await idsIn('queued')).toEqual(['a', 'b', 'c']);
      expect(await change('DELETE', '/queued_jobs/1')).toEqual(DONE);
      expect(await idsIn('queued')).toEqual(['a', 'c']);
      expect(await refused('/jobs/b')).toEqual(plain(404, 'Bad job id b'));
      for (const left of [1, 0]) {
        expect(await change('DELETE', '/queued_jobs/0')).toEqual(DONE);
        expect(await idsIn('queued')).toHaveLength(left);
      }
      expect(await change('DELETE', '/queued_jobs/0')).toEqual(plain(404, 'Bad queue position 0'));
    });

    it('is in one list only on the way of a job, in every api, until it is deleted', async () => {
      const { one } = apis();
      await joinHost(one);
      await submit('sails');
      const placed = await place(one, 'sails');
      expect(await standsIn('sails')).toEqual(['running']);
      expect(await look('/jobs/sails')).toMatchObject({ status: 'pending' });
      expect(await look('/running_jobs')).toEqual({
        sails: { queued_time: secondsAgo, job_id: 'sails', ...given, start_time: secondsAgo },
      });
      expect(await look('/running_jobs/sails/container_id')).toBe('');
      await one.logs.append(stream(placed.uid), 0, [printedLine('hello')]);
      expect(await look('/running_jobs/sails/logs')).toBe('hello\n');
      await end(one, placed, exited(0));
      expect(await standsIn('sails')).toEqual(['completed']);
      expect(await look('/completed_jobs')).toEqual({
        sails: {
          ...{ queued_time: secondsAgo, job_id: 'sails', ...given, start_time: secondsAgo, end_time: secondsAgo },
          ...{ logs: 'hello\n', return_code: { Error: null, StatusCode: 0 } },
        },
      });
      expect(await look('/completed_jobs?sort=job_id:desc,end_time')).toMatchObject([['sails', { job_id: 'sails' }]]);
      expect(await look('/completed_jobs/sails/logs')).toBe('hello\n');
      expect(await refused('/running_jobs/sails/logs')).toEqual(plain(404, 'Bad job id sails'));
      expect(await refused('/completed_jobs?sort=colour')).toEqual(
        plain(400, expect.stringMatching(/^Bad sort request in "colour"/) as string),
      );
      expect(await refused('/job_bundle/sails')).toEqual(
        plain(404, 'The artifact directory was not found for Job sails'),
      );
      expect(await change('DELETE', '/running_jobs/sails')).toEqual(plain(404, 'Bad job id sails'));
      expect(await change('DELETE', '/completed_jobs/sails')).toEqual(DONE);
      expect(await standsIn('sails')).toEqual([]);
      expect(await refused('/job_bundle/sails')).toEqual(plain(404, 'No archive directory found for Job sails'));
      expect(await change('DELETE', '/completed_jobs/sails')).toEqual(plain(404, 'Job sails not found'));
    });

    it('stands among the failed ones when it failed, and can be deleted there', async () => {
      const { one } = apis();
      await joinHost(one);
      await submit('sinks');
      await end(one, await run(one, 'sinks'), exited(3));
      expect(await standsIn('sinks')).toEqual(['failed']);
      expect(await look('/failed_jobs')).toMatchObject({ sinks: { return_code: { Error: null, StatusCode: 3 } } });
      expect(await look('/failed_jobs/sinks/logs')).toBe('');
      expect(await look('/jobs/sinks')).toMatchObject({ status: 'failed' });
      expect(await change('DELETE', '/completed_jobs/sinks')).toEqual(DONE);
      expect(await standsIn('sinks')).toEqual([]);
    });
  });

  describe('an id that comes again', () => {
    it('is the same job while it is open and equal, a conflict when it is not, a new run once it has ended', async () => {
      const { one } = apis();
      await joinHost(one);
      await submit('again');
      await submit('again');
      const differs = { ...submission('again', { command: 'false' }) };
      expect(await change('POST', '/queued_jobs', differs)).toEqual(plain(409, 'Job again already exists'));
      await end(one, await run(one, 'again'), exited(0));
      await submit('again');
      expect(await standsIn('again')).toEqual(['queued']);
    });

    it('runs with the bundle that was uploaded last before it was admitted', async () => {
      const { one } = apis();
      await joinHost(one);
      const pinned = (): unknown => one.gateway.started.at(-1)?.bundleDigest;
      await submit('twice');
      await put('twice', 'print(2)');
      const last = await one.ledger.bundle({ jobId: jobId('twice') });
      expect(pinned()).not.toBe(last?.digest);
      await end(one, await run(one, 'twice'), exited(0));
      expect((await change('POST', '/queued_jobs', submission('twice'))).status).toBe(201);
      expect(pinned()).toBe(last?.digest);
    });
  });

  describe('the artifacts of a job', () => {
    it('are given by every api', async () => {
      const { one, other } = apis();
      await joinHost(one);
      await submit('left');
      const job = await run(one, 'left');
      await end(one, job, exited(0));
      const written = await one.blobs.write(Readable.from([await bundleWith('left', 'weights')]), 1_000_000);
      if (written.kind !== 'stored') throw new Error('not stored');
      await one.ledger.record({
        ...{ uid: job.uid, runId: 'run-1', sequence: 101, release: null },
        entry: { kind: 'outcome', outcome: exited(0) },
        collected: { artifactsDigest: written.digest, usage: null, incomplete: null },
      });
      expect(await ask(other, 'GET', '/job_bundle/left')).toMatchObject({ status: 200, type: 'application/gzip' });
    });
  });
};
