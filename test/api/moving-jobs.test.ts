import { afterAll, beforeAll, expect, it } from 'vitest';
import { call, submit } from './foundations-client.ts';
import { type RunningApi, startApi } from './running-api.ts';
import { end, exited, joinHost, run } from './voyage.ts';

const JOBS = 40;
const lists = ['queued', 'running', 'completed', 'failed'] as const;
type List = (typeof lists)[number];

let api: RunningApi;
beforeAll(async () => {
  api = await startApi();
  await joinHost(api);
});
afterAll(() => api.close());

const idsIn = async (list: List): Promise<ReadonlySet<string>> => {
  const answer = await call(api, `/${list}_jobs`);
  expect(answer.status).toBe(200);
  const jobs = Object.values(JSON.parse(answer.text) as Record<string, { readonly job_id: string }>);
  expect(new Set(jobs.map((job) => job.job_id)).size).toBe(jobs.length);
  return new Set(jobs.map((job) => job.job_id));
};

/** Jobs only move on: read in their order, no list can miss one; read against it, no two can have the same one. */
const look = async (): Promise<void> => {
  const known = [...submitted];
  const onward: string[] = [];
  for (const list of lists) onward.push(...(await idsIn(list)));
  expect(known.filter((id) => !onward.includes(id))).toEqual([]);
  const back: string[] = [];
  for (const list of lists.toReversed()) back.push(...(await idsIn(list)));
  expect(back.length).toBe(new Set(back).size);
};

const submitted = new Set<string>();
let planned: Promise<unknown> = Promise.resolve();
const statuses = ['queued', 'pending', 'running', 'completed', 'failed'];

const sail = async (id: string, exitCode: number): Promise<void> => {
  expect((await submit(api, id)).status).toBe(201);
  submitted.add(id);
  expect((await idsIn('queued')).has(id)).toBe(true);
  // One planner at a time has the token.
  const running = planned.then(() => run(api, id));
  planned = running;
  const job = await running;
  await end(api, job, exited(exitCode));
};

it(`shows each of ${JOBS} jobs in one list at a time while they move, and what was answered in the next answer`, async () => {
  const over = new AbortController();
  const hammer = async (): Promise<void> => {
    while (!over.signal.aborted) await look();
  };
  const seen = new Map<string, number>();
  const watch = async (): Promise<void> => {
    while (!over.signal.aborted) {
      for (const id of submitted) {
        const { status } = JSON.parse((await call(api, `/jobs/${id}`)).text) as { readonly status: string };
        const reached = statuses.indexOf(status);
        expect(reached).toBeGreaterThanOrEqual(seen.get(id) ?? 0);
        seen.set(id, reached);
      }
      await new Promise((resolve) => setTimeout(resolve, 5));
    }
  };
  const looking = [hammer(), hammer(), watch()];
  const moving = (async () => {
    for (let n = 0; n < JOBS; n += 4) {
      await Promise.all([0, 1, 2, 3].map((of) => sail(`moves-${n + of}`, of % 2)));
    }
  })().finally(() => {
    over.abort();
  });
  await Promise.all([moving, ...looking]);
  expect((await idsIn('completed')).size).toBe(JOBS / 2);
  expect((await idsIn('failed')).size).toBe(JOBS / 2);
}, 60_000);
