import { gzipSync } from 'node:zlib';
import { describe, expect, it } from 'vitest';
import { submission, upload } from '../foundations-client.ts';
import { ask, jsonIn, plain, type TwoApis } from './two-apis.ts';

/** In a path, and the id that it then is. */
const STRANGE_IDS: readonly (readonly [inPath: string, id: string])[] = [
  ['never-was', 'never-was'],
  ['..%2fx', '../x'],
  ['%2e%2e', '..'],
  ['%2e%2e%2f%2e%2e%2fetc%2fpasswd', '../../etc/passwd'],
  ['..', '..'],
  ['a%2fb', 'a/b'],
  ['a%5cb', 'a\\b'],
  ['%00', '\0'],
  ['a%00b', 'a\0b'],
  ['a'.repeat(300), 'a'.repeat(300)],
  ['%C3%BC', 'ü'],
  ['%F0%9F%9A%A2', '🚢'],
  ['%E2%80%AE', '\u202e'],
  ['.hidden', '.hidden'],
  ['%20', ' '],
  ['-a', '-a'],
];
const BAD_IDS = STRANGE_IDS.map(([, id]) => id).filter((id) => id !== 'never-was');
const LISTS = ['queued', 'running', 'completed', 'failed', 'scheduled'];

const bodiesOf = (id: string) => ({
  POST: submission(id),
  PUT: { status: 'active' },
  PATCH: { schedule: { hour: 1 } },
});

/** [method, path with `ID` in it, the text]. */
const UNKNOWN: readonly (readonly [method: string, path: string, text: string])[] = [
  ['GET', '/job_bundle/ID', 'No archive directory found for Job ID'],
  ['GET', '/queued_jobs/ID', 'Bad queue position ID'],
  ['DELETE', '/queued_jobs/ID', 'Bad queue position ID'],
  ['PATCH', '/queued_jobs/ID', 'Bad queue position ID'],
  ['DELETE', '/running_jobs/ID', 'Bad job id ID'],
  ['GET', '/running_jobs/ID/logs', 'Bad job id ID'],
  ['GET', '/running_jobs/ID/container_id', 'Bad job id ID'],
  ['DELETE', '/completed_jobs/ID', 'Job ID not found'],
  ['GET', '/completed_jobs/ID/logs', 'Bad job id ID'],
  ['GET', '/failed_jobs/ID/logs', 'Bad job id ID'],
  ['GET', '/jobs/ID', 'Bad job id ID'],
  ['DELETE', '/workers/ID', 'Bad worker id ID'],
  ['GET', '/scheduled_jobs/ID', 'Scheduled job ID not found'],
  ['DELETE', '/scheduled_jobs/ID', 'Scheduled job ID not found'],
  ['PUT', '/scheduled_jobs/ID', 'Scheduled job ID not found'],
  ['PATCH', '/scheduled_jobs/ID', 'Scheduled job ID not found'],
];

/** [method, path, body, status, text]: what the contract refuses whatever there is. */
const REFUSED: readonly (readonly [string, string, unknown, number, string])[] = [
  ['POST', '/job_bundle', undefined, 400, 'No files in request'],
  ['POST', '/queued_jobs', undefined, 400, 'Job must contain json payload'],
  ['POST', '/queued_jobs', {}, 400, 'Job must contain json payload'],
  ['POST', '/queued_jobs', { spec: {} }, 400, 'Bad job spec: job_id and spec are required'],
  ['POST', '/queued_jobs', { job_id: 'a' }, 400, 'Bad job spec: job_id and spec are required'],
  ['POST', '/queued_jobs', submission('bare'), 400, 'Job bundle bare.tgz not found'],
  ['POST', '/scheduled_jobs', undefined, 400, "Job must contain 'job_id', 'spec'"],
  ['POST', '/scheduled_jobs', {}, 400, "Job must contain 'job_id', 'spec'"],
  ['POST', '/scheduled_jobs', { job_id: 'a' }, 400, "Job must contain 'job_id', 'spec'"],
  ['POST', '/scheduled_jobs', { spec: {} }, 400, "Job must contain 'job_id', 'spec'"],
  ['POST', '/scheduled_jobs', { job_id: 1, spec: {} }, 400, "Job must contain valid 'job_id', 'spec'"],
  ['POST', '/scheduled_jobs', { job_id: 'a', spec: [] }, 400, "Job must contain valid 'job_id', 'spec'"],
  ['POST', '/scheduled_jobs', submission('bare'), 409, 'Cannot schedule a job that has no uploaded bundle'],
  ['PUT', '/scheduled_jobs/never-was', {}, 400, 'Missing status key'],
  ['PUT', '/scheduled_jobs/never-was', undefined, 400, 'Missing status key'],
  ['PATCH', '/scheduled_jobs/never-was', {}, 400, 'Bad job schedule'],
  ['PATCH', '/scheduled_jobs/never-was', { schedule: {} }, 400, 'Bad job schedule'],
];

export const refusals = (apis: () => TwoApis): void => {
  const nothingIsThere = async (): Promise<void> => {
    for (const list of LISTS) expect(jsonIn(await ask(apis().other, 'GET', `/${list}_jobs`))).toEqual({});
  };

  describe('a refusal', () => {
    it.each(REFUSED)('of %s %s with %j is %i %s', async (method, path, body, status, text) => {
      expect(await ask(apis().one, method, path, body)).toEqual(plain(status, text));
      await nothingIsThere();
    });

    it.each(UNKNOWN)('of %s %s for an id that nobody has says: %s', async (method, path, text) => {
      for (const [inPath, id] of STRANGE_IDS) {
        const body = Object.entries(bodiesOf(id)).find(([verb]) => verb === method)?.[1];
        const answer = await ask(apis().one, method, path.replace('ID', inPath), body);
        expect(answer).toEqual(plain(404, text.replace('ID', id)));
      }
    });

    it('of an id that is a path, too long or no name leaves nothing behind', async () => {
      for (const id of BAD_IDS) {
        for (const path of ['/queued_jobs', '/scheduled_jobs']) {
          const answer = await ask(apis().one, 'POST', path, { ...submission(id), schedule: undefined });
          expect(answer).toEqual(plain(400, expect.stringMatching(/^Bad job id "/) as string));
        }
        const { status, text } = await upload(apis().one, `${id}.tgz`, gzipSync('x'));
        expect([status, text]).toEqual([
          400,
          expect.stringMatching(/^(Bad job bundle name "|Invalid job bundle: the multi)/),
        ]);
      }
      await nothingIsThere();
    });

    it('of a path that climbs is a 404, however it is written', async () => {
      for (const path of ['/jobs/../queued_jobs', '/jobs/../../etc/passwd', '/job_bundle/a/../../x', '//queued_jobs'])
        expect((await ask(apis().one, 'GET', path)).status).toBe(404);
      expect((await ask(apis().one, 'GET', '/jobs/%ff')).status).toBe(400);
      expect((await ask(apis().one, 'GET', '/jobs/%')).status).toBe(400);
    });

    it('of a bundle says what the contract says of each', async () => {
      const { one } = apis();
      const said = async (...what: Parameters<typeof upload>): Promise<unknown> => {
        const { status, text } = await upload(...what);
        return [status, text];
      };
      expect(await said(one, 'a.tgz', gzipSync('x'), 'another')).toEqual([400, 'Job bundle not found in request']);
      expect(await said(one, 'a.tgz', Buffer.from('no tar at all'))).toEqual([400, 'Invalid job bundle']);
      expect(await said(one, 'a.tgz', gzipSync('no tar at all'))).toEqual([400, 'Invalid job bundle']);
      expect(await said(one, 'a.tgz', Buffer.alloc(0))).toEqual([400, 'Invalid job bundle']);
    });

    it('of a character that no text may hold is a 400 and not a failure', async () => {
      const named = (project: string) => ({ ...submission('nul'), metadata: { project_name: project, username: 'u' } });
      for (const path of ['/queued_jobs', '/scheduled_jobs']) {
        const answer = await ask(apis().one, 'POST', path, named('a\0b'));
        expect(answer).toEqual(plain(400, 'Bad job metadata: project_name must not hold a NUL character'));
      }
      expect(jsonIn(await ask(apis().one, 'GET', '/scheduled_jobs?project=%00'))).toEqual({});
      expect(jsonIn(await ask(apis().one, 'GET', '/scheduled_jobs', { project: '\0' }))).toEqual({});
    });
  });
};
