import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { startPartsStack, type PartsStack } from '../support/stack.ts';
import { newId, reachesState, recordOf, submitScript } from './voyage.ts';

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
    expect(record.sentence).toContain('2048 MiB of memory (512)');
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
