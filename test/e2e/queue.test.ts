import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { startPartsStack, type PartsStack } from '../support/stack.ts';
import { newId, reachesState, recordOf, submitScript, witness, witnessed } from './voyage.ts';

let stack: PartsStack;
beforeAll(async () => {
  stack = await startPartsStack({ host: { slots: 2, cpus: 2, memoryMib: 512 } });
});
afterAll(() => stack.stop());

const queued = async (): Promise<Record<string, { job_id: string }>> =>
  (await (await fetch(`${stack.apiUrl}/queued_jobs`)).json()) as Record<string, { job_id: string }>;
const stop = (id: string): Promise<Response> => fetch(`${stack.apiUrl}/running_jobs/${id}`, { method: 'DELETE' });

describe('the queue', () => {
  it('starts jobs in the order they came, as many as there are slots', async () => {
    const ids = Array.from({ length: 5 }, () => newId('order'));
    for (const id of ids) await submitScript(stack, id, 'sleep 1');
    const records = await Promise.all(ids.map((id) => stack.client.ended(id)));
    const starts = records.map((record) => record.placedAtMs ?? 0);
    expect(starts).toEqual(starts.toSorted((a, b) => a - b));
    for (const record of records) {
      const during = records.filter(
        ({ exit }) =>
          exit !== null &&
          exit.startedAtMs <= (record.exit?.startedAtMs ?? 0) &&
          exit.finishedAtMs > (record.exit?.startedAtMs ?? 0),
      );
      expect(during.length).toBeLessThanOrEqual(2);
    }
  });

  it('holds back what does not fit beside what runs, and lets nothing pass it', async () => {
    const [big, bigger, small] = [newId('big'), newId('bigger'), newId('small')];
    await submitScript(stack, big, 'sleep 60', { mem_limit: '300m' });
    await reachesState(stack, big, 'running');
    await submitScript(stack, bigger, 'true', { mem_limit: '400m' });
    await submitScript(stack, small, 'true');
    expect(Object.values(await queued()).map((job) => job.job_id)).toEqual([bigger, small]);
    await stop(big);
    expect(await stack.client.ended(small)).toMatchObject({ state: 'succeeded' });
  });

  it('fails what could never fit, with the numbers', async () => {
    const id = newId('never');
    await submitScript(stack, id, 'true', { mem_limit: '2g' });
    const record = await stack.client.ended(id);
    expect(record).toMatchObject({ state: 'failed', reason: 'never_fits' });
    expect(record.sentence).toBe('asks for 2048 MiB of memory, and no host of the pool gives more than 512 MiB');
    expect(await (await fetch(`${stack.apiUrl}/failed_jobs/${id}/logs`)).json()).toBe(
      `Foundations ERROR: Job '${id}' ${record.sentence}\n`,
    );
  });

  it('lets go of a cancelled job at once, without its ever having run', async () => {
    const blockers = [newId('blocker'), newId('blocker')];
    for (const id of blockers) await submitScript(stack, id, 'sleep 60');
    const id = newId('waiting');
    await submitScript(stack, id, 'true');
    await fetch(`${stack.apiUrl}/api/v1/jobs/${id}/cancel`, { method: 'POST' });
    expect(Object.keys(await queued())).toEqual([]);
    expect(await recordOf(stack, id)).toMatchObject({ state: 'cancelled', startedAtMs: null });
    await Promise.all(blockers.map(stop));
  });
});

describe('a queue that is pushed about', () => {
  const remove = (path: string): Promise<Response> => fetch(`${stack.apiUrl}${path}`, { method: 'DELETE' });
  const post = (path: string, body: unknown = {}): Promise<Response> =>
    fetch(`${stack.apiUrl}/api/v1/queue/${path}`, { method: 'POST', body: JSON.stringify(body) });
  const blocked = async (run: () => Promise<void>): Promise<void> => {
    const blocker = newId('blocker');
    await submitScript(stack, blocker, 'sleep 120', { mem_limit: '400m' });
    await reachesState(stack, blocker, 'running');
    await run();
    await stop(blocker);
  };

  it('starts jobs in their new order', async () => {
    const [a, b, c] = [newId('a'), newId('b'), newId('c')];
    await blocked(async () => {
      for (const id of [a, b, c]) await submitScript(stack, id, 'true', { mem_limit: '300m' });
      expect((await fetch(`${stack.apiUrl}/queued_jobs/2`, { method: 'PATCH', body: '0' })).status).toBe(204);
      expect(Object.values(await queued()).map((job) => job.job_id)).toEqual([c, a, b]);
    });
    const records = await Promise.all([c, a, b].map((id) => stack.client.ended(id)));
    const placed = records.map((record) => record.placedAtMs ?? 0);
    expect(placed).toEqual(placed.toSorted((x, y) => x - y));
  });

  it('never runs a deleted job and leaves no workflow of it open', async () => {
    const [gone, next] = [newId('gone'), newId('next')];
    await blocked(async () => {
      await submitScript(stack, gone, witness(stack, gone), { mem_limit: '300m' });
      await submitScript(stack, next, 'true', { mem_limit: '300m' });
      expect((await remove('/queued_jobs/0')).status).toBe(204);
      expect((await fetch(`${stack.apiUrl}/jobs/${gone}`)).status).toBe(404);
    });
    expect(await stack.client.ended(next)).toMatchObject({ state: 'succeeded' });
    await expect(witnessed(stack, gone)).rejects.toThrow('ENOENT');
    // A start waits for an older run of its id to be closed, so this one is proof that none is left open.
    await submitScript(stack, gone, 'true');
    expect(await stack.client.ended(gone)).toMatchObject({ state: 'succeeded' });
  });

  it('lets others pass a held job and runs it once it is released', async () => {
    const [held, passing] = [newId('held'), newId('passing')];
    await blocked(async () => {
      await submitScript(stack, held, 'true', { mem_limit: '300m' });
      await submitScript(stack, passing, 'true', { mem_limit: '300m' });
      expect(await (await post(`${held}/hold`)).json()).toMatchObject({ position: 0, held: true });
    });
    expect(await stack.client.ended(passing)).toMatchObject({ state: 'succeeded' });
    expect(await recordOf(stack, held)).toMatchObject({ state: 'queued', reason: 'held' });
    expect((await post(`${held}/release`)).status).toBe(200);
    expect(await stack.client.ended(held)).toMatchObject({ state: 'succeeded' });
  });
});
