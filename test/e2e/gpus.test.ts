import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { bundleOf } from '../support/bundle.ts';
import { eventually } from '../support/child.ts';
import { watchContainers } from '../support/container-history.ts';
import { shellJob } from '../support/stack.ts';
import { startTwoHosts, type TestHost, type TwoHosts } from '../support/two-hosts.ts';
import { newId, openGate, reachesState, recordOf, untilOpened } from './voyage.ts';

const GPU_IDS = [
  ['GPU-a0', 'GPU-a1', 'GPU-a2'],
  ['GPU-b0', 'GPU-b1', 'GPU-b2'],
] as const;

let stack: TwoHosts;
let a: TestHost;
let b: TestHost;
beforeAll(async () => {
  stack = await startTwoHosts({
    host: { slots: 8, memoryMib: 512 },
    each: [{ gpuIds: GPU_IDS[0] }, { gpuIds: GPU_IDS[1] }],
  });
  [a, b] = stack.hosts;
}, 120_000);
afterAll(() => stack.stop(), 60_000);

const submit = async (name: string, gpus: number, script: string, over = {}): Promise<string> => {
  const id = newId(name);
  await stack.client.upload(id, await bundleOf(id, { 'main.sh': script }));
  await stack.client.submit({ ...shellJob(stack, id, over), gpu_spec: { num_gpus: gpus } });
  return id;
};
/** Each container writes down which GPUs it was given. */
const noting = (seconds: number): string =>
  `mkdir -p ${stack.resultsRoot}/seen; echo "$NVIDIA_VISIBLE_DEVICES" >> ${stack.resultsRoot}/seen/$JOB_ID; sleep ${seconds}\n`;
const seen = async (id: string): Promise<readonly string[]> =>
  (await readFile(join(stack.resultsRoot, 'seen', id), 'utf8')).trim().split('\n');

describe('the GPUs of two hosts', { timeout: 300_000 }, () => {
  it('are never given to two live containers, whichever processes are killed', async () => {
    const watched = await Promise.all([a, b].map(({ engine, name }) => watchContainers(engine, name)));
    const asked = Array.from({ length: 24 }, (_, index) => (index % 3 === 2 ? 2 : 1));
    const ids: string[] = [];
    for (const gpus of asked.slice(0, 12)) ids.push(await submit('gpu', gpus, noting(1)));
    await a.worker.kill();
    for (const gpus of asked.slice(12)) ids.push(await submit('gpu', gpus, noting(1)));
    await a.worker.start();
    await stack.server.kill();
    await stack.server.start();
    for (const [index, id] of ids.entries()) {
      expect(await stack.client.ended(id)).toMatchObject({ state: 'succeeded', attempt: 1 });
      const [given = '', ...more] = await seen(id);
      expect(more).toEqual([]);
      expect(new Set(given.split(',')).size).toBe(asked[index]);
    }
    for (const [index, { lives, stop }] of watched.entries()) {
      expect(lives().length).toBeGreaterThan(3);
      for (const gpuId of GPU_IDS[index] ?? []) {
        const holders = lives()
          .filter(({ gpuIds }) => gpuIds.includes(gpuId))
          .toSorted((x, y) => x.startedAtMs - y.startedAtMs);
        for (const [at, next] of holders.entries()) {
          const before = holders[at - 1];
          if (before !== undefined) expect(before.diedAtMs ?? Infinity).toBeLessThanOrEqual(next.startedAtMs);
        }
      }
      expect(
        lives()
          .flatMap(({ gpuIds }) => gpuIds)
          .every((id) => GPU_IDS[index]?.some((own) => own === id)),
      ).toBe(true);
      stop();
    }
    expect(watched.flatMap(({ lives }) => lives()).length).toBe(ids.length);
  });

  it('that a host no longer reports stay with the job that holds them and go to nobody else', async () => {
    await b.order('cordon');
    const holder = await submit('holder', 2, noting(0) + untilOpened(stack, 'holder'));
    const { placement } = await reachesState(stack, holder, 'running');
    const held = placement?.gpuIds ?? [];
    expect(held).toEqual(['GPU-a0', 'GPU-a1']);
    await a.worker.stop();
    await a.configure({ gpuIds: ['GPU-a1', 'GPU-a2'] });
    await a.worker.start();
    const described = await a.becomes('short of a GPU', ({ inventory }) => inventory.gpuIds.length === 2);
    expect(described.sentence).toContain(
      'It holds more than it reports to have: GPU GPU-a0, which it no longer reports',
    );
    expect([described.held.gpuIds, described.free.gpuIds]).toEqual([held, ['GPU-a2']]);

    const [one, two] = [await submit('one', 1, noting(1)), await submit('two', 2, noting(1))];
    // Long enough for a planner that would place them.
    await sleep(3_000);
    for (const id of [one, two]) expect(await recordOf(stack, id)).toMatchObject({ state: 'queued' });
    expect(await recordOf(stack, holder)).toMatchObject({ state: 'running', attempt: 1 });
    await openGate(stack, 'holder');
    expect(await stack.client.ended(holder)).toMatchObject({ state: 'succeeded', attempt: 1 });
    for (const id of [one, two]) expect(await stack.client.ended(id)).toMatchObject({ state: 'succeeded' });
    expect(await seen(one)).toEqual(['GPU-a1']);
    expect(await seen(two)).toEqual(['GPU-a1,GPU-a2']);
    await b.order('uncordon');
  });

  it('that no host could ever give end the job in the words of its contract; so does memory', async () => {
    const [gpus, memory] = [await submit('gpus', 4, 'true'), await submit('memory', 0, 'true', { mem_limit: '3g' })];
    const words = {
      [gpus]: 'expects to use more GPUs (4) than available (3), removing from the queue',
      [memory]: 'asks for 3072 MiB of memory, and no host of the pool gives more than 512 MiB',
    };
    for (const [id, sentence] of Object.entries(words)) {
      expect(await stack.client.ended(id)).toMatchObject({ state: 'failed', reason: 'never_fits', sentence });
      const log = await eventually('its log is there', async () =>
        (await fetch(`${stack.apiUrl}/failed_jobs/${id}/logs`)).json(),
      );
      expect(log).toBe(`Foundations ERROR: Job '${id}' ${sentence}\n`);
    }
  });
});
