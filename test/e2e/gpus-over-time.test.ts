import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { z } from 'zod';
import { bundleOf } from '../support/bundle.ts';
import { eventually } from '../support/child.ts';
import { shellJob, startPartsStack, type PartsStack } from '../support/stack.ts';
import { newId } from './voyage.ts';

const GPU_IDS = ['GPU-0', 'GPU-1', 'GPU-2'];
const runsSchema = z.object({ runs: z.array(z.object({ jobId: z.string(), state: z.string().nullable() })) });

let stack: PartsStack;
beforeAll(async () => {
  stack = await startPartsStack({ host: { slots: 8, memoryMib: 512, gpuIds: GPU_IDS } });
}, 120_000);
afterAll(() => stack.stop(), 60_000);

/**
 * Each container writes to one file, outside of itself, when it begins, when it ends and which GPUs it sees: lines that
 * short are added whole, so their order is the order in which it happened. On a signal it is still there for a moment.
 */
const noting = (seconds: number): string =>
  [
    `note() { echo "$1 $HOSTNAME $NVIDIA_VISIBLE_DEVICES" >> ${stack.resultsRoot}/seen; }`,
    `trap 'sleep 0.3; note ends; exit 0' TERM`,
    `note begins; i=0; while [ $i -lt ${seconds * 5} ]; do sleep 0.2; i=$((i+1)); done; note ends\n`,
  ].join('\n');
const post = async (path: string, body: unknown): Promise<void> => {
  const answer = await fetch(`${stack.apiUrl}${path}`, { method: 'POST', body: JSON.stringify(body) });
  expect([path, answer.ok, answer.ok ? '' : await answer.text()]).toEqual([path, true, '']);
};
const withGpus = async (name: string, gpus: number, seconds: number): Promise<Record<string, unknown>> => {
  const id = newId(name);
  await stack.client.upload(id, await bundleOf(id, { 'main.sh': noting(seconds) }));
  return { ...shellJob(stack, id), gpu_spec: { num_gpus: gpus } };
};
const submit = async (gpus: number, seconds = 1): Promise<string> => {
  const job = await withGpus('gpu', gpus, seconds);
  await stack.client.submit(job);
  return String(job['job_id']);
};
const runsOf = async (id: string) =>
  runsSchema.parse(await (await fetch(`${stack.apiUrl}/api/v1/schedules/${id}/runs`)).json()).runs;

it('no GPU is seen by two containers at once, through kills, cancellations and runs of a schedule', async () => {
  const schedule = await withGpus('cron', 1, 2);
  const scheduleId = String(schedule['job_id']);
  await post('/scheduled_jobs', { ...schedule, schedule: { second: '*/2' } });
  const [jobs, stopped]: [string[], string[]] = [[], []];
  for (let round = 0; round < 3; round += 1) {
    for (const gpus of [2, 1, 3, 1]) jobs.push(await submit(gpus));
    const long = await submit(1, 600);
    stopped.push(long);
    if (round === 1) {
      await stack.server.kill();
      await stack.server.start();
    } else {
      await stack.host.kill();
      await stack.host.start();
    }
    await eventually('the long one runs', async () => (await stateOf(long)) === 'running' || null, {
      withinMs: 90_000,
    });
    expect((await fetch(`${stack.apiUrl}/running_jobs/${long}`, { method: 'DELETE' })).status).toBe(204);
  }
  for (const id of jobs)
    expect([id, await stack.client.ended(id)]).toMatchObject([id, { state: 'succeeded', attempt: 1 }]);
  const succeeded = async (): Promise<number> =>
    (await runsOf(scheduleId)).filter(({ state }) => state === 'succeeded').length;
  await eventually('three runs of the schedule have ended', async () => (await succeeded()) > 2 || null, {
    withinMs: 90_000,
  });
  expect((await fetch(`${stack.apiUrl}/scheduled_jobs/${scheduleId}`, { method: 'DELETE' })).status).toBe(204);

  const lines = (await readFile(join(stack.resultsRoot, 'seen'), 'utf8')).trim().split('\n');
  const holderOf = new Map<string, string>();
  for (const line of lines) {
    const [what, container = '', ids = ''] = line.split(' ');
    for (const id of ids.split(',')) {
      expect(GPU_IDS).toContain(id);
      if (what === 'begins') expect([line, holderOf.get(id)]).toEqual([line, undefined]);
      if (what === 'begins') holderOf.set(id, container);
      else if (holderOf.get(id) === container) holderOf.delete(id);
    }
  }
  expect(lines.length).toBeGreaterThan(2 * (jobs.length + stopped.length));
}, 400_000);

const stateOf = async (id: string): Promise<string> =>
  z.object({ status: z.string() }).parse(await (await fetch(`${stack.apiUrl}/jobs/${id}`)).json()).status;
