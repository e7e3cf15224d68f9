import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { eventually } from '../support/child.ts';
import { shellJob, type PartsStack } from '../support/stack.ts';
import { startSharedStack, type SharedStack } from '../support/shared-stack.ts';
import { bundleOf } from '../support/bundle.ts';
import {
  containersOf,
  countedLines,
  logOf,
  newId,
  reachesState,
  slowCount,
  startsAtOnce,
  submitScript,
  witness,
  witnessed,
} from './voyage.ts';

let stack: SharedStack;
let one: PartsStack;
let other: PartsStack;
beforeAll(async () => {
  stack = await startSharedStack({ host: { slots: 2 } });
  [one, other] = stack.through;
}, 120_000);
afterAll(() => stack.stop(), 60_000);

const idsIn = async (seenThrough: PartsStack, list: string): Promise<readonly string[]> => {
  const answer = await fetch(`${seenThrough.apiUrl}/${list}`);
  return Object.values((await answer.json()) as Record<string, { job_id: string }>).map(({ job_id }) => job_id);
};

const ranOnce = async (seenThrough: PartsStack, id: string): Promise<void> => {
  expect(await seenThrough.client.ended(id)).toMatchObject({ state: 'succeeded' });
  expect(await witnessed(seenThrough, id)).toHaveLength(1);
};

describe('two apis and two control workers over one PostgreSQL', () => {
  it('show one queue, and run each job once whichever of them are killed', { timeout: 240_000 }, async () => {
    const ids: string[] = [];
    const submit = async (seenThrough: PartsStack, seconds: number): Promise<string> => {
      const id = newId('shared');
      await submitScript(seenThrough, id, witness(seenThrough, id) + slowCount(seconds));
      ids.push(id);
      return id;
    };
    const long = [await submit(one, 12), await submit(other, 12)];
    for (const id of long) await reachesState(other, id, 'running');
    for (let round = 0; round < 3; round += 1) {
      await submit(one, 1);
      await submit(other, 1);
    }
    expect(await idsIn(one, 'queued_jobs')).toEqual(ids.slice(2));
    expect(await idsIn(other, 'queued_jobs')).toEqual(ids.slice(2));

    await Promise.all([one.server.kill(), stack.controls[0].kill()]);
    await submit(other, 1);
    expect((await idsIn(other, 'queued_jobs')).length).toBeGreaterThan(0);
    await one.server.start();
    await stack.controls[0].start();
    await stack.controls[1].kill();
    await submit(one, 1);
    for (const id of ids) await ranOnce(one, id);
    await stack.controls[1].start();
    for (const id of long) expect(await logOf(one, id)).toBe(countedLines(12));
    expect(await containersOf(one)).toEqual([]);
    await startsAtOnce(other);
  });

  it('say 503 while PostgreSQL is away, and go on by themselves when it is back', { timeout: 240_000 }, async () => {
    const running = newId('outlasts');
    await submitScript(one, running, witness(one, running) + slowCount(12));
    await reachesState(one, running, 'running');
    const waiting = newId('acknowledged');
    await submitScript(other, waiting, witness(other, waiting) + 'true');

    await stack.postgres.crash();
    for (const { apiUrl } of stack.through) {
      for (const path of ['/queued_jobs', `/api/v1/jobs/${waiting}`, '/readyz']) {
        const answer = await fetch(`${apiUrl}${path}`);
        expect([path, answer.status, answer.headers.get('retry-after')]).toEqual([path, 503, '5']);
        expect(await answer.text()).not.toContain('password');
      }
      expect((await fetch(`${apiUrl}/healthz`)).status).toBe(200);
    }
    const refused = await fetch(`${one.apiUrl}/queued_jobs`, {
      method: 'POST',
      headers: { 'content-type': 'application/json' },
      body: JSON.stringify(shellJob(one, newId('refused'), { volumes: {}, working_dir: '/', command: ['true'] })),
    });
    expect([refused.status, refused.headers.get('retry-after')]).toEqual([503, '5']);
    await stack.postgres.start();

    const next = newId('after');
    await eventually('a submission is taken', async () => {
      const bundle = await bundleOf(next, { 'main.sh': `${witness(other, next)}true` });
      return other.client
        .upload(next, bundle)
        .then(() => other.client.submit(shellJob(other, next)))
        .then(
          () => true as const,
          () => null,
        );
    });
    for (const id of [running, waiting, next]) await ranOnce(other, id);
    expect(await logOf(other, running)).toBe(countedLines(12));
    expect(await containersOf(other)).toEqual([]);
  });
});
