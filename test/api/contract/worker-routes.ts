import { describe, expect, it } from 'vitest';
import { joinHost } from '../voyage.ts';
import { ask, DONE, jsonIn, plain, type TwoApis } from './two-apis.ts';

export const workerRoutes = (apis: () => TwoApis): void => {
  const change = (method: string, path: string) => ask(apis().one, method, path);
  const workers = async () => jsonIn(await ask(apis().other, 'GET', '/workers')) as Record<string, unknown>;

  describe('a worker', () => {
    it('is in the next answer of every api: added and taken away, its id never given again', async () => {
      await joinHost(apis().one);
      expect((await workers())['1']).toEqual({ id: '1', max_instances: 1, name: 'host-1', pending: false });
      expect(await change('POST', '/workers')).toMatchObject({ status: 201, text: '"1001"\n' });
      expect(Object.keys(await workers())).toHaveLength(1_001);
      expect(await change('DELETE', '/workers/1001')).toEqual(DONE);
      expect(Object.keys(await workers())).not.toContain('1001');
      expect(await change('DELETE', '/workers/1001')).toEqual(plain(404, 'Bad worker id 1001'));
      expect(await change('POST', '/workers')).toMatchObject({ status: 201, text: '"1002"\n' });
    });
  });

  describe('anybody', () => {
    it('is welcomed, with whatever token, while there is no authentication', async () => {
      const { one } = apis();
      expect(await ask(one, 'GET', '/')).toEqual(plain(200, 'Welcome to docker scheduler'));
      for (const authorization of ['Bearer a-token', 'bearer a-token', 'Basic x']) {
        const answer = await fetch(`${one.url}/queued_jobs`, { headers: { authorization } });
        expect([answer.status, await answer.text()]).toEqual([200, '{}\n']);
      }
    });
  });
};
