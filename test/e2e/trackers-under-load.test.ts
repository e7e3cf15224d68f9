import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { bundleOf } from '../support/bundle.ts';
import { eventually } from '../support/child.ts';
import { startRedisServer, type RedisServer } from '../support/redis-server.ts';
import { shellJob, startPartsStack, type PartsStack } from '../support/stack.ts';
import { startWebhookReceiver, takesAll, type WebhookReceiver } from '../trackers/webhook-receiver.ts';
import { newId, reachesState, submitScript } from './voyage.ts';

const PASSWORD = 'a-password-that-nobody-must-see';
const SECRET = 'a-secret-that-nobody-must-see';
const MANY = 200;

let directory: string;
let redis: RedisServer;
let hook: WebhookReceiver;
let stack: PartsStack;
beforeAll(async () => {
  directory = await mkdtemp(join(tmpdir(), 'longshore-trackers-'));
  const [passwordFile, secretFile] = [join(directory, 'password'), join(directory, 'secret')];
  await writeFile(passwordFile, PASSWORD);
  await writeFile(secretFile, SECRET);
  [hook, redis] = await Promise.all([startWebhookReceiver(), startRedisServer(PASSWORD)]);
  const trackers = [
    { type: 'redis', host: '127.0.0.1', port: redis.port, passwordFile },
    { type: 'webhook', url: hook.url, secretFile, timeoutSec: 2 },
  ];
  stack = await startPartsStack({ host: { slots: 1 }, config: { trackers } });
}, 120_000);
afterAll(async () => {
  await stack.stop();
  await redis.stop();
  await hook.down();
  await rm(directory, { recursive: true, force: true });
}, 60_000);

const held = (): Promise<Readonly<Record<string, unknown>>> => redis.contents().catch(() => ({}));
const stateKey = (id: string): string => `jobs:${id}:state`;
const trackedJobs = async (): Promise<number> =>
  Object.keys(await held()).filter((key) => key.endsWith(':state')).length;
const kindsOf = (id: string): readonly string[] =>
  hook.applied.filter(({ jobId }) => jobId === id).map(({ kind }) => kind);

/** Answered with 201 in the end; "not now" is asked again, as the SDK does. */
const submit = async (id: string): Promise<void> => {
  const body = JSON.stringify(shellJob(stack, id));
  const headers = { 'content-type': 'application/json' };
  await eventually(
    `${id} is taken`,
    async () => {
      const answer = await fetch(`${stack.apiUrl}/queued_jobs`, { method: 'POST', headers, body });
      await answer.arrayBuffer();
      if (answer.status !== 201) expect(answer.status).toBe(503);
      return answer.status === 201 || null;
    },
    { withinMs: 90_000, everyMs: 500 },
  );
};

it('tracks each of 200 jobs submitted at once, through a Redis that dies and a webhook that hangs', async () => {
  const blocker = newId('blocker');
  await submitScript(stack, blocker, "trap 'exit 3' TERM; sleep 600 & wait");
  await reachesState(stack, blocker, 'running');
  hook.answer = null;
  const ids = Array.from({ length: MANY }, () => newId('many')).toSorted();
  await Promise.all(ids.map(async (id) => stack.client.upload(id, await bundleOf(id, { 'main.sh': 'true' }))));

  const submitted = Promise.all(ids.map(submit));
  await eventually('some are tracked', async () => (await trackedJobs()) > 20 || null);
  await redis.kill();
  await submitted;
  await redis.start();
  const waiting = { 'project:test:jobs:queued': ids, 'projects:global:jobs:queued': ids };
  await eventually(
    'all wait',
    async () => {
      const now = await held();
      return (
        Object.entries(waiting).every(([key, value]) => JSON.stringify(now[key]) === JSON.stringify(value)) || null
      );
    },
    { withinMs: 60_000 },
  );
  const tracked = await held();
  for (const id of ids) expect(tracked[stateKey(id)]).toBe('queued');
  expect(hook.applied.length).toBeLessThan(ids.length);

  hook.answer = takesAll;
  expect((await fetch(`${stack.apiUrl}/api/v1/queue?all=true`, { method: 'DELETE' })).status).toBe(200);
  await fetch(`${stack.apiUrl}/running_jobs/${blocker}`, { method: 'DELETE' });
  await eventually('Redis has it all', async () => (await held())[stateKey(blocker)] === 'failed' || null, {
    withinMs: 60_000,
  });
  const left = await held();
  expect(left['project:test:jobs:running']).toEqual([blocker]);
  expect(Object.keys(left).filter((key) => ids.some((id) => key.startsWith(`jobs:${id}:`)))).toEqual([]);
  expect(left).not.toHaveProperty('projects:global:jobs:queued');

  await eventually('the webhook has it all', () => kindsOf(blocker).includes('cancelled') || null, {
    withinMs: 60_000,
    explain: () => `${hook.applied.length} of ${hook.received.length} that came`,
  });
  const came = hook.applied.map(({ id }) => id);
  expect(came).toEqual(came.toSorted((a, b) => a - b));
  for (const id of ids) expect(kindsOf(id)).toEqual(['queued', 'deleted']);
  expect(kindsOf(blocker)).toEqual(['queued', 'running', 'cancelled']);
  const said = stack.server.child().output();
  for (const secret of [PASSWORD, SECRET, 'token=']) expect(said).not.toContain(secret);
}, 240_000);
