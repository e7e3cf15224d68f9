import { setTimeout as sleep } from 'node:timers/promises';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { bundleOf } from '../support/bundle.ts';
import { eventually } from '../support/child.ts';
import { shellJob, startPartsStack, type PartsStack } from '../support/stack.ts';
import {
  containersOf,
  countedLines,
  logOf,
  newId,
  reachesState,
  recordOf,
  slowCount,
  startsAtOnce,
  submitScript,
  witness,
  witnessed,
} from './voyage.ts';

const JOB_SECONDS = 20;

let stack: PartsStack;
beforeAll(async () => {
  stack = await startPartsStack({ config: { sweepQuietSec: 2 }, host: { slots: 2 } });
});
afterAll(() => stack.stop());

/** A job that counts for a while, running, with some of its log shipped. */
async function countingJob(name: string, seconds = JOB_SECONDS): Promise<string> {
  const id = newId(name);
  await submitScript(stack, id, witness(stack, id) + slowCount(seconds));
  await reachesState(stack, id, 'running');
  await logHas(id, 'line 5\n');
  return id;
}

const storedLog = async (id: string): Promise<string> => (await fetch(`${stack.apiUrl}/api/v1/jobs/${id}/logs`)).text();
const logHas = (id: string, text: string, withinMs = 30_000): Promise<true> =>
  eventually(`the log of ${id} has ${text.trim()}`, async () => ((await storedLog(id)).includes(text) ? true : null), {
    withinMs,
    everyMs: 50,
  });

/** When Temporal last took a heartbeat of the job's pending activity. */
async function lastBeatMs(id: string): Promise<number> {
  const described = await stack.temporal.cli('workflow', 'describe', '--workflow-id', `job:${id}`, '--output', 'json');
  const beat = /"lastHeartbeatTime":\s*"([^"]+)"/.exec(described)?.[1];
  return beat === undefined ? 0 : Date.parse(beat);
}

async function expectWholeAndOnce(id: string, seconds = JOB_SECONDS): Promise<void> {
  expect(await stack.client.ended(id)).toMatchObject({ state: 'succeeded', attempt: 1 });
  expect(await logOf(stack, id)).toBe(countedLines(seconds));
  expect(await witnessed(stack, id)).toHaveLength(1);
  expect(await containersOf(stack)).toEqual([]);
  await startsAtOnce(stack);
}

describe('kill -9 in the middle of a job', () => {
  it(
    'of the host worker: its log flows again within 3 s of the return, the job completes, once',
    { timeout: 120_000 },
    async () => {
      const id = await countingJob('kill-host');
      await stack.host.kill();
      const before = (await storedLog(id)).split('\n').length;
      await sleep(2_000);
      await stack.host.start();
      await logHas(id, `line ${before + 5}\n`, 3_000);
      await expectWholeAndOnce(id);
    },
  );

  it(
    'of the server: the next state change comes within 5 s of its return, the job completes, once',
    { timeout: 120_000 },
    async () => {
      const id = await countingJob('kill-server');
      await stack.server.kill();
      await sleep(1_000);
      await stack.server.start();
      const next = newId('after-server');
      await submitScript(stack, next, 'true');
      await eventually(
        'the next job moves',
        async () => ((await recordOf(stack, next)).placedAtMs === null ? null : true),
        {
          withinMs: 5_000,
        },
      );
      await expectWholeAndOnce(id);
    },
  );

  it(
    'of Temporal: heartbeats are accepted within 10 s of its return, the job completes, once',
    { timeout: 120_000 },
    async () => {
      const seconds = 45;
      const id = await countingJob('kill-temporal', seconds);
      const beatMs = await eventually('its first beat', async () => (await lastBeatMs(id)) || null);
      await stack.temporal.kill();
      const goneMs = Date.now();
      expect((await fetch(`${stack.apiUrl}/healthz`)).status).toBe(200);
      await eventually('the service says it', async () =>
        (await fetch(`${stack.apiUrl}/readyz`)).status === 503 ? true : null,
      );
      const refused = newId('refused');
      await stack.client.upload(refused, await bundleOf(refused, { 'main.sh': 'true' }));
      const answer = await fetch(`${stack.apiUrl}/queued_jobs`, {
        method: 'POST',
        headers: { 'content-type': 'application/json' },
        body: JSON.stringify(shellJob(stack, refused)),
      });
      expect([answer.status, answer.headers.get('retry-after')]).toEqual([503, '5']);
      expect((await fetch(`${stack.apiUrl}/jobs/${refused}`)).status).toBe(404);
      // The next beat of the running activity, 20 s after the first one, falls into the outage and is sent again and again.
      await sleep(Math.max(0, beatMs + 21_000 - Date.now()));
      await stack.temporal.restart();
      // Maybe before this process has seen that it is back.
      await eventually('a heartbeat is accepted', async () => (await lastBeatMs(id)) > goneMs || null, {
        withinMs: 10_000,
      });
      const next = newId('after-temporal');
      await eventually('a submission is taken', () =>
        submitScript(stack, next, 'true').then(
          () => true as const,
          () => null,
        ),
      );
      await stack.client.ended(next);
      await expectWholeAndOnce(id, seconds);
    },
  );

  it(
    'of the server, again and again right after a 201: no job is lost and none runs twice',
    { timeout: 600_000 },
    async () => {
      const rounds = 50;
      const ids: string[] = [];
      const load = newId('load');
      await submitScript(stack, load, slowCount(JOB_SECONDS));
      for (let round = 0; round < rounds; round += 1) {
        const id = newId('acked');
        await submitScript(stack, id, witness(stack, id));
        ids.push(id);
        await stack.server.kill();
        await stack.server.start();
      }
      for (const id of ids) {
        expect(await stack.client.ended(id)).toMatchObject({ state: 'succeeded' });
        expect(await witnessed(stack, id)).toHaveLength(1);
      }
      await stack.client.ended(load);
      expect(await containersOf(stack)).toEqual([]);
    },
  );
});

describe('what others do to a job while it runs', () => {
  it('a cancel that lands while the host worker restarts still stops the container', { timeout: 60_000 }, async () => {
    const id = newId('cancel-restart');
    await submitScript(stack, id, 'echo up; sleep 120');
    await reachesState(stack, id, 'running');
    await stack.host.kill();
    expect((await fetch(`${stack.apiUrl}/api/v1/jobs/${id}/cancel`, { method: 'POST' })).status).toBe(202);
    await stack.host.start();
    expect(await stack.client.ended(id)).toMatchObject({ state: 'cancelled' });
    expect(await containersOf(stack)).toEqual([]);
    await startsAtOnce(stack);
  });

  it(
    'terminated in Temporal, it leaves no container and no held slot, and is recorded as what it was',
    { timeout: 90_000 },
    async () => {
      const id = newId('terminate');
      await submitScript(stack, id, 'echo up; sleep 600');
      await reachesState(stack, id, 'running');
      await stack.temporal.cli('workflow', 'terminate', '--workflow-id', `job:${id}`, '--reason', 'by hand');
      expect(await stack.client.ended(id)).toMatchObject({ state: 'cancelled', reason: 'workflow_terminated' });
      expect(await logOf(stack, id)).toBe('up\n');
      expect(await containersOf(stack)).toEqual([]);
      await startsAtOnce(stack);
    },
  );

  it('reset in Temporal, it goes on with the container it has', { timeout: 90_000 }, async () => {
    const id = newId('reset');
    await submitScript(stack, id, witness(stack, id) + slowCount(8));
    await reachesState(stack, id, 'running');
    await stack.temporal.cli(
      'workflow',
      'reset',
      '--workflow-id',
      `job:${id}`,
      '--type',
      'FirstWorkflowTask',
      '--reason',
      'by hand',
    );
    expect(await stack.client.ended(id)).toMatchObject({ state: 'succeeded' });
    expect(await witnessed(stack, id)).toHaveLength(1);
    expect(await logOf(stack, id)).toBe(countedLines(8));
    expect(await containersOf(stack)).toEqual([]);
    await startsAtOnce(stack);
  });
});
