import { cp } from 'node:fs/promises';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { startPartsStack, type PartsStack } from '../support/stack.ts';
import {
  containersOf,
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
  stack = await startPartsStack({ config: { sweepQuietSec: 2 }, host: { slots: 16, memoryMib: 512 } });
});
afterAll(() => stack.stop());

const workflow = (verb: string, id: string, ...more: readonly string[]): Promise<string> =>
  stack.temporal.cli('workflow', verb, '--workflow-id', `job:${id}`, ...more);
const signal = (id: string, name: string, content: unknown): Promise<string> =>
  workflow('signal', id, '--name', name, '--input', JSON.stringify(content));
const uidOf = async (id: string): Promise<string> => (await recordOf(stack, id)).uid;

/** What a person may do to a job's workflow past every door of ours, and what the job is then to be. */
const hands: readonly {
  readonly act: string;
  readonly on: (id: string) => Promise<unknown>;
  readonly becomes: { readonly state: string; readonly reason?: string };
}[] = [
  {
    act: 'terminated',
    on: (id) => workflow('terminate', id, '--reason', 'by hand'),
    becomes: { state: 'cancelled', reason: 'workflow_terminated' },
  },
  {
    act: 'cancelled',
    on: (id) => workflow('cancel', id),
    becomes: { state: 'cancelled', reason: 'cancelled_by_request' },
  },
  {
    act: 'reset',
    on: (id) => workflow('reset', id, '--type', 'FirstWorkflowTask', '--reason', 'by hand'),
    becomes: { state: 'succeeded' },
  },
  {
    act: 'signalled with junk',
    on: async (id) => {
      for (const name of ['placed', 'cancel', 'hostLost', 'restate', 'no-such-signal'])
        await signal(id, name, { x: [1] });
    },
    becomes: { state: 'succeeded' },
  },
  {
    act: 'signalled in the name of another job and of an old placement',
    on: async (id) => {
      const uid = await uidOf(id);
      const placement = { host: stack.hostName, engineId: 'none', gpuIds: [] };
      const past = { generation: 0, counter: 1 };
      const other = '01ARZ3NDEKTSV4RRFFQ69G5FAV';
      await signal(id, 'placed', { uid, placement: { ...placement, epoch: past } });
      await signal(id, 'placed', { uid: other, placement: { ...placement, epoch: { generation: 9, counter: 9 } } });
      await signal(id, 'hostLost', { uid, epoch: past, host: stack.hostName, because: 'forged' });
      await signal(id, 'cancel', { uid: other, graceSec: 0, signal: null, because: 'forged' });
      await signal(id, 'restate', uid);
    },
    becomes: { state: 'succeeded' },
  },
];

const go = (name: string): string => join(stack.resultsRoot, `go-${name}`);
const untilTold = (id: string): string => `${witness(stack, id)}while [ ! -e ${go('all')} ]; do sleep 0.2; done\n`;

describe('a job touched past every door', () => {
  it('gives back what it held and says what happened, in whatever state it was', { timeout: 180_000 }, async () => {
    const blocker = newId('blocker');
    await submitScript(stack, blocker, untilTold(blocker), { mem_limit: '400m' });
    await reachesState(stack, blocker, 'running');
    const cells: {
      readonly id: string;
      readonly state: 'running' | 'queued';
      readonly hand: (typeof hands)[number];
    }[] = [];
    for (const hand of hands) {
      cells.push({ id: newId('running'), state: 'running', hand }, { id: newId('queued'), state: 'queued', hand });
    }
    for (const { id, state } of cells) {
      await submitScript(stack, id, untilTold(id), state === 'queued' ? { mem_limit: '300m' } : {});
      // What waits lets nothing pass it.
      if (state === 'queued') await fetch(`${stack.apiUrl}/api/v1/queue/${id}/hold`, { method: 'POST' });
    }
    for (const { id, state } of cells) await reachesState(stack, id, state);
    await Promise.all(cells.map(({ id, hand }) => hand.on(id)));

    const ended = cells.filter(({ hand }) => hand.becomes.state === 'cancelled');
    for (const { id, hand, state } of ended) {
      const { state: now, reason } = await stack.client.ended(id);
      expect([state, hand.act, { state: now, reason }]).toEqual([state, hand.act, hand.becomes]);
    }
    await cp(stack.configFile, go('all'));
    for (const { id, state } of cells) {
      if (state === 'queued') await fetch(`${stack.apiUrl}/api/v1/queue/${id}/release`, { method: 'POST' });
    }
    for (const { id, hand, state } of cells.filter((cell) => !ended.includes(cell))) {
      expect([state, hand.act, (await stack.client.ended(id)).state]).toEqual([state, hand.act, 'succeeded']);
      expect([state, hand.act, (await witnessed(stack, id)).length]).toEqual([state, hand.act, 1]);
    }
    await stack.client.ended(blocker);
    expect(await containersOf(stack)).toEqual([]);
    await startsAtOnce(stack);
  });
});
