import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { fileURLToPath } from 'node:url';
import { lives } from '../../worker/process-identity.ts';
import { bundleOf } from '../support/bundle.ts';
import { eventually, startChild } from '../support/child.ts';
import { shellJob, startUpStack, type UpStack } from '../support/stack.ts';

const MAIN = fileURLToPath(new URL('../../cli/main.js', import.meta.url));
const PARTS = ['temporal', 'server', 'host'] as const;

let stack: UpStack;
beforeAll(async () => {
  stack = await startUpStack();
}, 120_000);
afterAll(() => stack.stop());

const runsAJob = async (jobId: string): Promise<string> => {
  await stack.client.upload(jobId, await bundleOf(jobId, { 'main.sh': 'echo it runs' }));
  await stack.client.submit(shellJob(stack, jobId));
  return (await stack.client.ended(jobId)).state;
};

describe('longshore up', { timeout: 120_000 }, () => {
  it('is ready for a job once it says so', async () => {
    expect(await runsAJob('first')).toBe('succeeded');
  });

  it.each(PARTS)('starts %s again within two seconds of a kill -9, and a job runs after it', async (name) => {
    const killedMs = performance.now();
    await stack.killPart(name);
    expect(performance.now() - killedMs).toBeLessThan(2_000);
    expect(await runsAJob(`after-${name}`)).toBe('succeeded');
  });

  it('is refused on a data directory where one is up, with words', async () => {
    const second = await startChild(process.execPath, [MAIN, 'up', '--config', stack.configFile]);
    expect(await second.ended()).toBe(1);
    expect(second.output()).toContain(`already up on ${stack.dataDir} (process ${stack.up().pid})`);
  });

  it('takes over from one that was killed: ends its children, keeps its ports and its jobs', async () => {
    const left = PARTS.map((name) => stack.part(name));
    await stack.up().kill();
    expect(await Promise.all(left.map(lives))).toContain(true);
    await stack.startAgain();
    expect(await Promise.all(left.map(lives))).toEqual([false, false, false]);
    expect((await fetch(`${stack.apiUrl}/api/v1/jobs/first`)).status).toBe(200);
    expect(await runsAJob('after-up')).toBe('succeeded');
  });

  it('lets a running job go on when it is stopped, and has its whole log when it is back', async () => {
    await stack.client.upload(
      'long',
      await bundleOf('long', { 'main.sh': 'for i in 1 2 3 4 5 6 7 8; do echo $i; sleep 1; done' }),
    );
    await stack.client.submit(shellJob(stack, 'long'));
    const log = async (): Promise<string> => (await fetch(`${stack.apiUrl}/api/v1/jobs/long/logs`)).text();
    await eventually('the first lines', async () => ((await log()).includes('2\n') ? true : null));
    const parts = PARTS.map((name) => stack.part(name));
    await stack.up().stop();
    expect(await stack.up().ended()).toBe(0);
    expect(await Promise.all(parts.map(lives))).toEqual([false, false, false]);
    await stack.startAgain();
    expect(await stack.client.ended('long')).toMatchObject({ state: 'succeeded', attempt: 1 });
    expect(await log()).toBe('1\n2\n3\n4\n5\n6\n7\n8\n');
  });

  it('names the port, the part and the setting when a port is taken', async () => {
    const api = new URL(stack.apiUrl).port;
    const args = ['up', '--config', stack.configFile, '--data-dir', `${stack.dataDir}/other`, '--port', api];
    const other = await startChild(process.execPath, [MAIN, ...args]);
    expect(await other.ended()).toBe(1);
    expect(other.output()).toMatch(new RegExp(`port ${api} on 127.0.0.1, for api, is taken .* --port`));
  });
});
