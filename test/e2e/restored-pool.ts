import { cp } from 'node:fs/promises';
import { join } from 'node:path';
import { Client, Connection } from '@temporalio/client';
import { ulid } from 'ulid';
import { expect, it } from 'vitest';
import { TemporalGateway } from '../../activities/control/temporal-gateway.ts';
import { jobIdSchema, jobUidSchema } from '../../model/ids.ts';
import type { JobRecord } from '../../model/job-record.ts';
import { eventually } from '../support/child.ts';
import type { PartsStack } from '../support/stack.ts';
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

/** A stack with four slots, and how its ledger is copied and brought back. */
export type RestorableStack = {
  readonly stack: PartsStack;
  readonly takeCopy: () => Promise<void>;
  /** While no server runs. */
  readonly restoreCopy: () => Promise<void>;
};

/** Terminates a workflow as a person would. */
export const terminate = (stack: PartsStack, workflowId: string): Promise<string> =>
  stack.temporal.cli('workflow', 'terminate', '--workflow-id', workflowId, '--reason', 'by hand');
/** Runs until its file is there. */
export const untilTold = (stack: PartsStack, id: string): string =>
  `${witness(stack, id)}echo up; while [ ! -e ${stack.resultsRoot}/go-${id} ]; do sleep 0.2; done; echo told\n`;
export const tell = async (stack: PartsStack, id: string): Promise<void> =>
  cp(stack.configFile, join(stack.resultsRoot, `go-${id}`));
export const submitNew = async (
  stack: PartsStack,
  name: string,
  script: (id: string) => string = (id) => untilTold(stack, id),
): Promise<string> => {
  const id = newId(name);
  await submitScript(stack, id, script(id));
  return id;
};
export const ranOnceAndEnded = async (stack: PartsStack, id: string, state: string): Promise<void> => {
  expect([id, (await stack.client.ended(id)).state]).toEqual([id, state]);
  expect(await witnessed(stack, id)).toHaveLength(1);
};

/** A job of which nothing names it: any other may have an equal spec. */
const submitNameless = async (stack: PartsStack): Promise<string> => {
  const id = newId('nameless');
  const anybodys = { environment: {}, volumes: {}, working_dir: '/', command: ['echo', 'ran'] };
  await submitScript(stack, id, '', anybodys);
  return id;
};

/** As if it had been admitted and started in the last moment: its workflow is there, and has asked nothing yet. */
const startUnopened = async (stack: PartsStack, like: JobRecord): Promise<string> => {
  const connection = await Connection.connect({ address: stack.temporal.address });
  try {
    const gateway = new TemporalGateway(new Client({ connection }));
    const input = await gateway.inputOf(like.jobId, like.uid);
    if (input === null) throw new Error(`nothing is known of job ${like.jobId}`);
    const own = { uid: jobUidSchema.parse(ulid()), jobId: jobIdSchema.parse(newId('unopened')) };
    // A bundle is its job's own.
    const unopened = { ...input, ...own, bundleDigest: null };
    expect(await gateway.startJob(unopened)).toBe('started');
    return unopened.jobId;
  } finally {
    await connection.close();
  }
};

/** The same story over every kind of ledger. */
export const restoredPoolScenario = (start: () => RestorableStack): void => {
  it(
    'runs nothing twice and forgets nothing that Temporal knows, its dispatcher and its host begun anew as well',
    { timeout: 300_000 },
    async () => {
      const { stack, takeCopy, restoreCopy } = start();
      const running = async (name: string): Promise<string> => {
        const id = await submitNew(stack, name);
        await reachesState(stack, id, 'running');
        return id;
      };
      const nameless = await submitNameless(stack);
      await stack.client.ended(nameless);
      const like = await recordOf(stack, nameless);
      const both = await running('both');
      const endsMeanwhile = await running('ends-meanwhile');
      const waitsInCopy = newId('waits-in-copy');
      const fillers = [await running('filler'), await running('filler')];
      await submitScript(stack, waitsInCopy, untilTold(stack, waitsInCopy));
      const endsFromQueue = newId('ends-from-queue');
      await submitScript(stack, endsFromQueue, witness(stack, endsFromQueue));
      await takeCopy();

      // What the copy does not know: some of it ends, some goes on, some waits.
      await tell(stack, endsMeanwhile);
      await ranOnceAndEnded(stack, endsMeanwhile, 'succeeded');
      await reachesState(stack, waitsInCopy, 'running');
      for (const id of fillers) await fetch(`${stack.apiUrl}/running_jobs/${id}`, { method: 'DELETE' });
      await ranOnceAndEnded(stack, endsFromQueue, 'succeeded');
      const newRunning = await running('new-running');
      const newEnded = await submitNew(stack, 'new-ended', (id) => `${witness(stack, id)}exit 3`);
      await ranOnceAndEnded(stack, newEnded, 'failed');
      const fillers2 = [await running('filler')];
      const newWaiting = await submitNew(stack, 'new-waiting');
      await fetch(`${stack.apiUrl}/api/v1/queue/${newWaiting}/hold`, { method: 'POST' });
      await stack.server.kill();
      await restoreCopy();
      const unopened = await startUnopened(stack, like);
      await terminate(stack, 'dispatcher:default');
      await terminate(stack, `host:${stack.hostName}`);
      await stack.server.start();

      const lost = await eventually(
        'the waiting job is accounted for',
        async () => {
          const record = await recordOf(stack, newWaiting).catch(() => null);
          return record !== null && record.endedAtMs ? record : null;
        },
        { withinMs: 60_000, explain: stack.server.child().output },
      );
      await eventually('the job that had asked nothing is known', async () =>
        (await recordOf(stack, unopened)).uid ? true : null,
      );
      expect(lost).toMatchObject({ state: 'failed', reason: 'lost_in_restore' });
      expect(lost.sentence).toContain('Submit it again');
      await reachesState(stack, waitsInCopy, 'running');
      await reachesState(stack, newRunning, 'running');
      await ranOnceAndEnded(stack, newEnded, 'failed');
      expect(await recordOf(stack, newEnded)).toMatchObject({ reason: 'exit_nonzero', exit: { exitCode: 3 } });
      await ranOnceAndEnded(stack, endsMeanwhile, 'succeeded');
      await ranOnceAndEnded(stack, endsFromQueue, 'succeeded');
      for (const id of fillers) expect(await stack.client.ended(id)).toMatchObject({ state: 'cancelled' });

      for (const id of [both, waitsInCopy, newRunning, ...fillers2]) {
        await tell(stack, id);
        await ranOnceAndEnded(stack, id, 'succeeded');
        expect(await logOf(stack, id)).toBe('up\ntold\n');
      }
      expect(await stack.client.ended(unopened)).toMatchObject({ state: 'succeeded', attempt: 1 });
      expect(await logOf(stack, unopened)).toBe('ran\n');
      const next = await submitNew(stack, 'next', (id) => `${witness(stack, id)}true`);
      await ranOnceAndEnded(stack, next, 'succeeded');
      expect((await stack.client.ended(next)).placement?.epoch.generation).toBeGreaterThan(1);
      expect(await containersOf(stack)).toEqual([]);
      await startsAtOnce(stack);
    },
  );
};
