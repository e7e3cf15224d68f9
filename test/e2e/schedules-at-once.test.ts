import { setTimeout as sleep } from 'node:timers/promises';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { z } from 'zod';
import { eventually } from '../support/child.ts';
import { shellJob, startPartsStack, type PartsStack } from '../support/stack.ts';

const LISTED = 300;
const FIRING = 40;
/** A quiet machine takes a twentieth of it. */
const LIST_LIMIT_MS = 10_000;
const STARTED_LIMIT_MS = 120_000;
const AT_ONCE = 8;

let stack: PartsStack;
beforeAll(async () => {
  stack = await startPartsStack({ host: { slots: 8 } });
});
afterAll(() => stack.stop());

const create = async (id: string, schedule: Record<string, unknown>): Promise<void> => {
  const { spec } = shellJob(stack, id, { command: ['true'] });
  const { volumes: _none, working_dir: _nowhere, ...plain } = spec;
  const body = { id, spec: plain, schedule, timeZone: 'UTC', bundle: false };
  const answer = await fetch(`${stack.apiUrl}/api/v1/schedules`, { method: 'POST', body: JSON.stringify(body) });
  expect([answer.status, await answer.text()]).toEqual([201, expect.any(String)]);
};
const createAll = async (ids: readonly string[], schedule: Record<string, unknown>): Promise<void> => {
  const left = [...ids];
  const lane = async (): Promise<void> => {
    for (let id = left.shift(); id !== undefined; id = left.shift()) await create(id, schedule);
  };
  await Promise.all(Array.from({ length: AT_ONCE }, lane));
};
const runsSchema = z.object({
  runs: z.array(z.object({ state: z.string().nullable(), nominalAtMs: z.number(), atMs: z.number() })),
});
const runsOf = async (id: string) =>
  runsSchema.parse(await (await fetch(`${stack.apiUrl}/api/v1/schedules/${id}/runs`)).json()).runs;

describe('many schedules', () => {
  it('fire in one and the same second, and each runs once', async () => {
    const ids = Array.from({ length: FIRING }, (_, index) => `fires-${index}`);
    const dueMs = Math.ceil(Date.now() / 1_000 + 45) * 1_000;
    const due = new Date(dueMs);
    const schedule = {
      ...{ year: due.getUTCFullYear(), month: due.getUTCMonth() + 1, day: due.getUTCDate() },
      ...{ hour: due.getUTCHours(), minute: due.getUTCMinutes(), second: due.getUTCSeconds() },
    };
    await createAll(ids, schedule);
    await sleep(Math.max(0, dueMs - Date.now()));
    for (const id of ids) {
      const runs = await eventually(
        `${id} has run`,
        async () => {
          const found = await runsOf(id);
          return found.length > 0 && found.every(({ state }) => state === 'succeeded') ? found : null;
        },
        { withinMs: STARTED_LIMIT_MS },
      );
      expect(runs.map(({ nominalAtMs }) => nominalAtMs)).toEqual([dueMs]);
      expect((runs[0]?.atMs ?? Infinity) - dueMs).toBeLessThan(STARTED_LIMIT_MS);
    }
  }, 300_000);

  it('are listed whole and soon, with what the temporal CLI did to one of them', async () => {
    const ids = Array.from({ length: LISTED }, (_, index) => `listed-${index}`);
    await createAll(ids, { hour: 3, minute: '*/20' });
    await stack.temporal.cli('schedule', 'toggle', '--schedule-id', 'schedule:listed-7', '--pause', '--reason', 'x');
    const list = async (path: string): Promise<string> => {
      const beganMs = performance.now();
      const text = await (await fetch(`${stack.apiUrl}${path}`)).text();
      expect(performance.now() - beganMs).toBeLessThan(LIST_LIMIT_MS);
      return text;
    };
    const paused = await eventually(
      'the pause is listed',
      async () => {
        const listed = z
          .record(z.string(), z.object({ status: z.string() }))
          .parse(JSON.parse(await list('/scheduled_jobs')));
        expect(Object.keys(listed)).toEqual(expect.arrayContaining(ids));
        const names = Object.keys(listed).filter((id) => listed[id]?.status === 'paused');
        return names.length > 0 ? names : null;
      },
      { withinMs: 60_000 },
    );
    expect(paused).toEqual(['listed-7']);
    const page = z.object({ total: z.number(), schedules: z.array(z.object({ status: z.string() })) });
    const native = page.parse(JSON.parse(await list('/api/v1/schedules?limit=1000')));
    expect(native.schedules).toHaveLength(native.total);
    expect(native.schedules.filter(({ status }) => status === 'paused')).toHaveLength(1);
  }, 300_000);
});
