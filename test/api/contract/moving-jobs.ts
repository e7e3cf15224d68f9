import { setTimeout as sleep } from 'node:timers/promises';
import { expect, it } from 'vitest';
import { submit } from '../foundations-client.ts';
import type { RunningApi } from '../running-api.ts';
import { end, exited, joinHost, run } from '../voyage.ts';
import { ask, jsonIn, type TwoApis } from './two-apis.ts';

const JOBS = 40;
const lists = ['queued', 'running', 'completed', 'failed'] as const;
type List = (typeof lists)[number];

const idsIn = async (api: RunningApi, list: List): Promise<ReadonlySet<string>> => {
  const listed = jsonIn(await ask(api, 'GET', `/${list}_jobs`));
  const jobs = Object.values(listed as Record<string, { readonly job_id: string }>);
  expect(new Set(jobs.map((job) => job.job_id)).size).toBe(jobs.length);
  return new Set(jobs.map((job) => job.job_id));
};

/** Jobs only move on: read in their order, no list can miss one; read against it, no two can have the same one. */
const look = async (api: RunningApi, submitted: ReadonlySet<string>): Promise<void> => {
  const known = [...submitted];
  const onward: string[] = [];
  for (const list of lists) onward.push(...(await idsIn(api, list)));
  expect(known.filter((id) => !onward.includes(id))).toEqual([]);
  const back: string[] = [];
  for (const list of lists.toReversed()) back.push(...(await idsIn(api, list)));
  expect(back.length).toBe(new Set(back).size);
};

const statuses = ['queued', 'pending', 'running', 'completed', 'failed'];

export const movingJobs = (apis: () => TwoApis): void => {
  it(`shows each of ${JOBS} jobs in one list at a time while they move, and what was answered in the next answer`, async () => {
    const { one, other } = apis();
    await joinHost(one);
    const submitted = new Set<string>();
    const over = new AbortController();
    const hammer = async (api: RunningApi): Promise<void> => {
      while (!over.signal.aborted) await look(api, submitted);
    };
    const seen = new Map<string, number>();
    const watch = async (): Promise<void> => {
      while (!over.signal.aborted) {
        for (const id of submitted) {
          const { status } = jsonIn(await ask(other, 'GET', `/jobs/${id}`)) as { readonly status: string };
          const reached = statuses.indexOf(status);
          expect(reached).toBeGreaterThanOrEqual(seen.get(id) ?? 0);
          seen.set(id, reached);
        }
        await sleep(5);
      }
    };
    let planned: Promise<unknown> = Promise.resolve();
    const sail = async (id: string, exitCode: number): Promise<void> => {
      expect((await submit(one, id)).status).toBe(201);
      submitted.add(id);
      expect((await idsIn(other, 'queued')).has(id)).toBe(true);
      // One planner at a time has the token.
      const running = planned.then(() => run(one, id));
      planned = running;
      await end(one, await running, exited(exitCode));
    };
    const looking = [hammer(one), hammer(other), watch()];
    const moving = (async () => {
      for (let n = 0; n < JOBS; n += 4) {
        await Promise.all([0, 1, 2, 3].map((of) => sail(`moves-${n + of}`, of % 2)));
      }
    })().finally(() => {
      over.abort();
    });
    await Promise.all([moving, ...looking]);
    expect((await idsIn(other, 'completed')).size).toBe(JOBS / 2);
    expect((await idsIn(other, 'failed')).size).toBe(JOBS / 2);
  }, 120_000);
};
