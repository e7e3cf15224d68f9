import { cp, readFile, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { createDemoClient } from '../../cli/demo/demo-client.ts';
import { bundleOf } from '../support/bundle.ts';
import { eventually } from '../support/child.ts';
import { watchContainers } from '../support/container-history.ts';
import { testEngine } from '../support/engine.ts';
import { shellJob, startPartsStack, type PartsStack } from '../support/stack.ts';
import { containersOf, newId, openGate, recordOf, untilOpened, witness, witnessed } from './voyage.ts';

const WITHIN_MS = 60_000;

let stack: PartsStack;
beforeAll(async () => {
  stack = await startPartsStack({
    config: { sweepQuietSec: 2 },
    host: { slots: 4, memoryMib: 512, gpuIds: ['GPU-0', 'GPU-1', 'GPU-2'] },
  });
}, 120_000);
afterAll(() => stack.stop(), 60_000);

const copyDir = (): string => join(stack.dataDir, 'copy-of-the-ledger');
const ledgerDir = (): string => join(stack.dataDir, 'ledger');
const copyLedger = (): Promise<void> => cp(ledgerDir(), copyDir(), { recursive: true });
async function restoreLedger(): Promise<void> {
  await stack.server.kill();
  await rm(ledgerDir(), { recursive: true, force: true });
  await cp(copyDir(), ledgerDir(), { recursive: true });
  await stack.server.start();
}

/** Each container leaves its mark, and which GPUs it was given. */
const noting = (id: string): string =>
  `${witness(stack, id)}mkdir -p ${stack.resultsRoot}/seen; echo "$NVIDIA_VISIBLE_DEVICES" >> ${stack.resultsRoot}/seen/${id}\n`;
const seen = async (id: string): Promise<readonly string[]> =>
  (await readFile(join(stack.resultsRoot, 'seen', id), 'utf8')).trim().split('\n');
/** Nothing in its spec names the job: one that asks for as many GPUs is equal to it. */
const submit = async (id: string, gpus: number, script = noting(id), client = stack.client): Promise<void> => {
  const volumes = {
    [join(stack.workDir, 'any')]: { bind: '/job', mode: 'rw' },
    [stack.resultsRoot]: { bind: stack.resultsRoot, mode: 'rw' },
  };
  await client.upload(id, await bundleOf(id, { 'main.sh': script }));
  const spec = { mem_limit: '32m', environment: {}, volumes };
  await client.submit({ ...shellJob(stack, id, spec), gpu_spec: { num_gpus: gpus } });
};
const reaches = (id: string, state: string): Promise<true> =>
  eventually(`${id} is ${state}`, async () => ((await recordOf(stack, id)).state === state ? true : null), {
    withinMs: WITHIN_MS,
    explain: stack.server.child().output,
  });
const onQueue = async (id: string, verb: 'hold' | 'release'): Promise<void> => {
  const answer = await fetch(`${stack.apiUrl}/api/v1/queue/${id}/${verb}`, { method: 'POST' });
  expect(answer.ok).toBe(true);
};
const succeeds = async (id: string): Promise<void> => {
  expect([id, await stack.client.ended(id)]).toMatchObject([id, { state: 'succeeded', attempt: 1 }]);
};

/** The server dies between an admission and the start of its workflow, and its ledger is copied as it is then. */
async function copyWithOpenStart(id: string): Promise<void> {
  // It goes on asking while its server is away, until it is told to give up.
  const patience = new AbortController();
  const client = createDemoClient(stack.apiUrl, patience.signal);
  process.kill(stack.temporal.pid(), 'SIGSTOP');
  try {
    const cutOff = submit(id, 0, noting(id), client).catch(() => 'cut off');
    await eventually(`${id} is admitted`, async () => ((await recordOf(stack, id)).uid ? true : null), { everyMs: 20 });
    await stack.server.kill();
    patience.abort();
    expect(await cutOff).toBe('cut off');
    await copyLedger();
  } finally {
    process.kill(stack.temporal.pid(), 'SIGCONT');
  }
  await stack.server.start();
}

describe('a ledger restored under a running container that holds GPUs', () => {
  it(
    'gives them to nobody else, starts nothing again that ran, and runs once what waited',
    { timeout: 120_000 },
    async () => {
      const { lives, stop } = await watchContainers(testEngine(), stack.hostName);
      const first = newId('holder');
      await submit(first, 3, noting(first) + untilOpened(stack, first));
      await reaches(first, 'running');
      const heldInCopy = newId('held-in-copy');
      await submit(heldInCopy, 1);
      await onQueue(heldInCopy, 'hold');
      const started = newId('started');
      await copyWithOpenStart(started);

      // What the copy does not know: who holds the GPUs now, and what ran since.
      await succeeds(started);
      const likeHeld = newId('like-held');
      await submit(likeHeld, 1);
      await onQueue(likeHeld, 'hold');
      await openGate(stack, first);
      await succeeds(first);
      const holder = newId('holder');
      await submit(holder, 2, noting(holder) + untilOpened(stack, holder));
      await reaches(holder, 'running');
      const held = (await recordOf(stack, holder)).placement?.gpuIds ?? [];
      expect(held).toHaveLength(2);

      await restoreLedger();
      await onQueue(heldInCopy, 'release');
      // The copy has an equal spec: the one that it does not know is queued again, and has lost its hold.
      for (const id of [heldInCopy, likeHeld]) {
        await succeeds(id);
        const [given = ''] = await seen(id);
        expect(held).not.toContain(given);
      }
      const rival = newId('rival');
      await submit(rival, 2);
      await reaches(holder, 'running');
      expect(await recordOf(stack, rival)).toMatchObject({ state: 'queued' });
      await openGate(stack, holder);
      for (const id of [holder, rival, started, first]) await succeeds(id);

      for (const id of [holder, rival, started, first, heldInCopy, likeHeld])
        expect([id, await witnessed(stack, id)]).toMatchObject([id, { length: 1 }]);
      const spans = lives().map(({ startedAtMs, diedAtMs, ...life }) => ({
        ...life,
        startedAtMs,
        endedAtMs: diedAtMs ?? Infinity,
      }));
      for (const one of spans) {
        const beside = spans.filter(
          (other) => other !== one && other.startedAtMs < one.endedAtMs && one.startedAtMs < other.endedAtMs,
        );
        expect(beside.flatMap(({ gpuIds }) => gpuIds).filter((id) => one.gpuIds.includes(id))).toEqual([]);
      }
      expect(spans).toHaveLength(6);
      stop();
      expect(await containersOf(stack)).toEqual([]);
    },
  );
});
