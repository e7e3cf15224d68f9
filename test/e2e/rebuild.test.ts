import { cp, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { eventually } from '../support/child.ts';
import { startPartsStack, type PartsStack } from '../support/stack.ts';
import {
  containersOf,
  logOf,
  newId,
  reachesState,
  recordOf,
  startsAtOnce,
  submitScript,
  witness,
  witnessed,
} from './voyage.ts';

let stack: PartsStack;
beforeAll(async () => {
  stack = await startPartsStack({ config: { sweepQuietSec: 2 }, host: { slots: 4 } });
});
afterAll(() => stack.stop());

const copyDir = (): string => join(stack.dataDir, 'copy-of-the-ledger');
const ledgerDir = (): string => join(stack.dataDir, 'ledger');
const stopJob = (id: string): Promise<Response> => fetch(`${stack.apiUrl}/running_jobs/${id}`, { method: 'DELETE' });
const terminate = (workflowId: string): Promise<string> =>
  stack.temporal.cli('workflow', 'terminate', '--workflow-id', workflowId, '--reason', 'by hand');
/** Runs until its file is there. */
const untilTold = (id: string): string =>
  `${witness(stack, id)}echo up; while [ ! -e ${stack.resultsRoot}/go-${id} ]; do sleep 0.2; done; echo told\n`;
const tell = async (id: string): Promise<void> => cp(stack.configFile, join(stack.resultsRoot, `go-${id}`));
const run = async (name: string, script = untilTold): Promise<string> => {
  const id = newId(name);
  await submitScript(stack, id, script(id));
  return id;
};
const running = async (name: string): Promise<string> => {
  const id = await run(name);
  await reachesState(stack, id, 'running');
  return id;
};
const holds = (id: string): Promise<Response> => fetch(`${stack.apiUrl}/api/v1/queue/${id}/hold`, { method: 'POST' });

async function copyLedger(): Promise<void> {
  await stack.server.stop();
  await cp(ledgerDir(), copyDir(), { recursive: true });
  await stack.server.start();
}

async function restoreLedger(): Promise<void> {
  await stack.server.kill();
  await rm(ledgerDir(), { recursive: true, force: true });
  await cp(copyDir(), ledgerDir(), { recursive: true });
  await rm(copyDir(), { recursive: true, force: true });
}

const ranOnceAndEnded = async (id: string, state: string): Promise<void> => {
  expect([id, (await stack.client.ended(id)).state]).toEqual([id, state]);
  expect(await witnessed(stack, id)).toHaveLength(1);
};

describe('a pool whose ledger is older than the world', () => {
  it(
    'runs nothing twice and forgets nothing that Temporal knows, its dispatcher and its host begun anew as well',
    { timeout: 200_000 },
    async () => {
      const both = await running('both');
      const endsMeanwhile = await running('ends-meanwhile');
      const waitsInCopy = newId('waits-in-copy');
      const fillers = [await running('filler'), await running('filler')];
      await submitScript(stack, waitsInCopy, untilTold(waitsInCopy));
      const endsFromQueue = newId('ends-from-queue');
      await submitScript(stack, endsFromQueue, witness(stack, endsFromQueue));
      await copyLedger();

      // What the copy does not know: some of it ends, some goes on, some waits.
      await tell(endsMeanwhile);
      await ranOnceAndEnded(endsMeanwhile, 'succeeded');
      await reachesState(stack, waitsInCopy, 'running');
      for (const id of fillers) await stopJob(id);
      await ranOnceAndEnded(endsFromQueue, 'succeeded');
      const newRunning = await running('new-running');
      const newEnded = await run('new-ended', (id) => `${witness(stack, id)}exit 3`);
      await ranOnceAndEnded(newEnded, 'failed');
      const fillers2 = [await running('filler')];
      const newWaiting = await run('new-waiting');
      await holds(newWaiting);
      await restoreLedger();
      await terminate('dispatcher:default');
      await terminate(`host:${stack.hostName}`);
      await stack.server.start();

      const lost = await eventually(
        'the waiting job is accounted for',
        async () => {
          const record = await recordOf(stack, newWaiting).catch(() => null);
          return record !== null && record.endedAtMs ? record : null;
        },
        { withinMs: 60_000, explain: stack.server.child().output },
      );
      expect(lost).toMatchObject({ state: 'failed', reason: 'lost_in_restore' });
      expect(lost.sentence).toContain('Submit it again');
      await reachesState(stack, waitsInCopy, 'running');
      await reachesState(stack, newRunning, 'running');
      await ranOnceAndEnded(newEnded, 'failed');
      expect(await recordOf(stack, newEnded)).toMatchObject({ reason: 'exit_nonzero', exit: { exitCode: 3 } });
      await ranOnceAndEnded(endsMeanwhile, 'succeeded');
      await ranOnceAndEnded(endsFromQueue, 'succeeded');
      for (const id of fillers) expect(await stack.client.ended(id)).toMatchObject({ state: 'cancelled' });

      for (const id of [both, waitsInCopy, newRunning, ...fillers2]) {
        await tell(id);
        await ranOnceAndEnded(id, 'succeeded');
        expect(await logOf(stack, id)).toBe('up\ntold\n');
      }
      const next = await run('next', (id) => `${witness(stack, id)}true`);
      await ranOnceAndEnded(next, 'succeeded');
      expect((await stack.client.ended(next)).placement?.epoch.generation).toBeGreaterThan(1);
      expect(await containersOf(stack)).toEqual([]);
      await startsAtOnce(stack);
    },
  );

  it(
    'goes on by itself when its dispatcher and the workflow of its host are terminated',
    { timeout: 90_000 },
    async () => {
      const id = await running('through');
      const waiting = await run('waiting', (next) => `${witness(stack, next)}true`);
      await Promise.all([terminate('dispatcher:default'), terminate(`host:${stack.hostName}`)]);
      const next = await run('after', (each) => `${witness(stack, each)}true`);
      for (const each of [waiting, next]) await ranOnceAndEnded(each, 'succeeded');
      await tell(id);
      await ranOnceAndEnded(id, 'succeeded');
      expect(await logOf(stack, id)).toBe('up\ntold\n');
      expect(await containersOf(stack)).toEqual([]);
    },
  );
});
