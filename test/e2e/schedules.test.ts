import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { z } from 'zod';
import { bundleOf } from '../support/bundle.ts';
import { eventually } from '../support/child.ts';
import { shellJob, startPartsStack, type PartsStack } from '../support/stack.ts';
import { logOf, newId, recordOf } from './voyage.ts';

const entrySchema = z.object({
  next_run_time: z.array(z.number().nullable()),
  schedule: z.record(z.string(), z.string().nullable()),
  status: z.string(),
  properties: z.object({ job_id: z.string() }),
});
type Entry = z.infer<typeof entrySchema>;
const runsSchema = z.object({
  /** Null while Temporal cannot be asked. */
  overlapSkipped: z.number().nullable(),
  runs: z.array(z.object({ jobId: z.string(), state: z.string().nullable(), skippedBecause: z.string().nullable() })),
});
type Runs = z.infer<typeof runsSchema>;

let stack: PartsStack;
beforeAll(async () => {
  stack = await startPartsStack({ config: { timeZone: 'Europe/Berlin' } });
});
afterAll(() => stack.stop());

const send = (method: string, path: string, body?: unknown): Promise<Response> =>
  fetch(`${stack.apiUrl}${path}`, { method, ...(body === undefined ? {} : { body: JSON.stringify(body) }) });
const listed = async (): Promise<Record<string, Entry>> =>
  z.record(z.string(), entrySchema).parse(await (await send('GET', '/scheduled_jobs')).json());
const shown = async (id: string): Promise<Entry | null> => {
  const answer = await send('GET', `/scheduled_jobs/${id}`);
  return answer.ok ? (z.record(z.string(), entrySchema).parse(await answer.json())[id] ?? null) : null;
};
const runsOf = async (id: string): Promise<Runs> =>
  runsSchema.parse(await (await send('GET', `/api/v1/schedules/${id}/runs`)).json());
const runIds = async (id: string): Promise<readonly string[]> =>
  (await runsOf(id)).runs.map(({ jobId }) => jobId).toReversed();

const schedule = async (
  id: string,
  script: string,
  when: Record<string, unknown>,
  over: Record<string, unknown> = {},
): Promise<void> => {
  await stack.client.upload(id, await bundleOf(id, { 'main.sh': script }));
  const answer = await send('POST', '/scheduled_jobs', { ...shellJob(stack, id), schedule: when, ...over });
  expect([answer.status, await answer.text()]).toEqual([201, `${JSON.stringify(id)}\n`]);
};
const remove = (id: string): Promise<Response> => send('DELETE', `/scheduled_jobs/${id}`);

describe('a scheduled job', () => {
  it('runs again and again, each time as a job of its own with a fresh copy of the bundle', async () => {
    const id = newId('tick');
    const script = 'ls; echo mine > left-behind; echo I am $FOUNDATIONS_JOB_ID';
    await schedule(id, script, { second: '*/3' });
    const [first, second] = await eventually('two runs', async () => {
      const ids = await runIds(id);
      return ids.length < 2 ? null : ids;
    });
    if (first === undefined || second === undefined) throw new Error('two runs');
    expect(first).toMatch(new RegExp(`^${id}_\\d{8}_\\d{6}$`));
    for (const run of [first, second]) {
      expect(await stack.client.ended(run)).toMatchObject({ state: 'succeeded', project: 'test', owner: 'tester' });
      expect(await logOf(stack, run)).toBe(`main.sh\nI am ${run}\n`);
    }
    await stack.client.upload(id, await bundleOf(id, { 'main.sh': 'echo renewed' }));
    await eventually('a run of the bundle that was uploaded last', async () => {
      const last = (await runIds(id)).at(-1);
      return last !== undefined && (await logOf(stack, last)) === 'renewed\n' ? true : null;
    });
    expect((await remove(id)).status).toBe(204);
    expect((await send('GET', `/scheduled_jobs/${id}`)).status).toBe(404);
    const after = await stack.temporal.cli('schedule', 'list');
    expect(after).not.toContain(id);
  });

  it('shows what the temporal CLI does to it, and does what REST says as the CLI shows it', async () => {
    const id = newId('both-ways');
    const name = `schedule:${id}`;
    await schedule(id, 'true', { month: 1, day: 1, hour: 3 });
    expect((await listed())[id]).toMatchObject({ status: 'active', schedule: { month: '1', hour: '3', minute: '0' } });
    expect((await shown(id))?.next_run_time.every((time) => time !== null)).toBe(true);

    await stack.temporal.cli('schedule', 'toggle', '--schedule-id', name, '--pause', '--reason', 'holidays');
    expect(await shown(id)).toMatchObject({ status: 'paused', next_run_time: [null, null, null] });
    expect((await listed())[id]).toMatchObject({ status: 'paused' });
    expect((await send('PUT', `/scheduled_jobs/${id}`, { status: 'active' })).status).toBe(204);
    expect((await listed())[id]).toMatchObject({ status: 'active' });
    expect(await stack.temporal.cli('schedule', 'describe', '--schedule-id', name)).toMatch(/Paused\s+false/);
    expect((await send('PUT', `/scheduled_jobs/${id}`, { status: 'paused' })).status).toBe(204);
    expect(await stack.temporal.cli('schedule', 'describe', '--schedule-id', name)).toMatch(/Paused\s+true/);

    expect((await send('PATCH', `/scheduled_jobs/${id}`, { schedule: { hour: 'x' } })).status).toBe(400);
    expect((await send('PATCH', `/scheduled_jobs/${id}`, { schedule: { hour: '4', minute: '*/20' } })).status).toBe(
      204,
    );
    expect(await shown(id)).toMatchObject({ status: 'paused', schedule: { hour: '4', minute: '*/20', second: '0' } });

    await stack.temporal.cli('schedule', 'trigger', '--schedule-id', name);
    const run = await eventually('a run', async () => (await runIds(id))[0] ?? null);
    expect(await stack.client.ended(run)).toMatchObject({ state: 'succeeded' });

    await stack.temporal.cli(
      ...['schedule', 'update', '--schedule-id', name, '--cron', '0 5 * * *', '--workflow-id', `run:${id}`],
      ...['--type', 'scheduledRun', '--task-queue', 'control', '--input', '{}'],
    );
    expect((await shown(id))?.schedule).toMatchObject({ hour: 'custom', start_date: null });
    await stack.temporal.cli('schedule', 'delete', '--schedule-id', name);
    expect(await shown(id)).toBeNull();
    expect(Object.keys(await listed())).not.toContain(id);
  });

  it('lets one run wait for the one that is open, skips the others and counts them', async () => {
    const id = newId('long');
    await schedule(id, 'sleep 7', { second: '*/2' });
    await eventually('skipped runs', async () => (((await runsOf(id)).overlapSkipped ?? 0) > 0 ? true : null));
    const open = (await runsOf(id)).runs.filter(({ state }) => state !== 'succeeded');
    expect(open.length).toBeLessThanOrEqual(1);
    await remove(id);
  });

  it('is stopped with its schedule, and what it left on its host is removed', async () => {
    const id = newId('stopped');
    await schedule(id, 'echo up; sleep 300', { year: 2099 });
    expect((await send('POST', `/api/v1/schedules/${id}/trigger`)).status).toBe(202);
    const run = await eventually('a run', async () => (await runIds(id))[0] ?? null);
    await eventually('it runs', async () => ((await recordOf(stack, run)).state === 'running' ? true : null));
    expect(await readFile(join(stack.workDir, run, 'main.sh'), 'utf8')).toContain('sleep 300');
    expect((await remove(id)).status).toBe(204);
    expect((await recordOf(stack, run)).state).toBe('cancelled');
    await eventually('its folder is gone', () =>
      readFile(join(stack.workDir, run, 'main.sh')).then(
        () => null,
        () => true,
      ),
    );
  });

  it('cancels its job when its run is cancelled in Temporal', async () => {
    const id = newId('cancelled');
    await schedule(id, 'sleep 300', { year: 2099 });
    await send('POST', `/api/v1/schedules/${id}/trigger`);
    const run = await eventually('a run', async () => (await runIds(id))[0] ?? null);
    await eventually('it runs', async () => ((await recordOf(stack, run)).state === 'running' ? true : null));
    const found = await stack.temporal.cli('workflow', 'list', '--query', 'ExecutionStatus="Running"', '-o', 'json');
    const [workflow] = z
      .array(z.object({ execution: z.object({ workflowId: z.string() }) }))
      .parse(JSON.parse(found))
      .filter(({ execution }) => execution.workflowId.startsWith(`run:${id}-`));
    await stack.temporal.cli('workflow', 'cancel', '--workflow-id', workflow?.execution.workflowId ?? '');
    expect(await stack.client.ended(run)).toMatchObject({ state: 'cancelled' });
    await remove(id);
  });

  it('survives the death of the server and of Temporal once it was answered', async () => {
    const id = newId('survivor');
    await schedule(id, 'true', { second: '*/5' });
    await Promise.all([stack.server.kill(), stack.temporal.kill()]);
    await stack.temporal.restart();
    await stack.server.start();
    expect(await shown(id)).toMatchObject({ status: 'active' });
    const before = (await runIds(id)).length;
    const later = await eventually('it runs again', async () => {
      const ids = await runIds(id);
      return ids.length > before ? ids : null;
    });
    expect(await stack.client.ended(later.at(-1) ?? '')).toMatchObject({ state: 'succeeded' });
    await remove(id);
  });
});
