import { createHash } from 'node:crypto';
import { readdir } from 'node:fs/promises';
import { setTimeout as sleep } from 'node:timers/promises';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { bundleOf } from '../support/bundle.ts';
import { eventually } from '../support/child.ts';
import { startGate, type Gate } from '../support/gate.ts';
import { shellJob, startPartsStack, type PartsStack } from '../support/stack.ts';
import { containersOf, newId, openGate, recordOf, submitScript, untilOpened, witness, witnessed } from './voyage.ts';

const WITHIN_MS = 60_000;
const ALL_MEMORY_MIB = 512;

let stack: PartsStack;
/** Between the host and its server. */
let gate: Gate;
beforeAll(async () => {
  stack = await startPartsStack({
    config: { sweepQuietSec: 2 },
    host: { slots: 8, memoryMib: ALL_MEMORY_MIB },
    hostReaches: async (apiPort) => {
      gate = await startGate(apiPort);
      return gate.url;
    },
  });
}, 120_000);
afterAll(async () => {
  await stack.stop();
  await gate.close();
}, 60_000);

const workflow = (verb: string, id: string, ...more: readonly string[]): Promise<string> =>
  stack.temporal.cli('workflow', verb, '--workflow-id', `job:${id}`, ...more);

const hands = ['terminated', 'cancelled', 'reset', 'signalled with junk'] as const;
type Hand = (typeof hands)[number];

/** What a person may do to a job's workflow past every door of ours. */
async function touch(id: string, hand: Hand): Promise<unknown> {
  switch (hand) {
    case 'terminated':
      return workflow('terminate', id, '--reason', 'by hand');
    case 'cancelled':
      return workflow('cancel', id);
    case 'reset':
      return workflow('reset', id, '--type', 'FirstWorkflowTask', '--reason', 'by hand');
    case 'signalled with junk':
      return sendJunk(id);
  }
}

/** Also in the name of another job, and of an old placement; and that the host of its own one is gone. */
async function sendJunk(id: string): Promise<void> {
  const { uid, placement: own } = await recordOf(stack, id);
  const placement = { host: stack.hostName, engineId: 'none', gpuIds: [] };
  const past = { generation: 0, counter: 1 };
  const other = '01ARZ3NDEKTSV4RRFFQ69G5FAV';
  const forged: readonly (readonly [string, unknown])[] = [
    ...['placed', 'cancel', 'hostLost', 'restate', 'no-such-signal'].map((name) => [name, { x: [1] }] as const),
    ['placed', { uid, placement: { ...placement, epoch: past } }],
    ['placed', { uid: other, placement: { ...placement, epoch: { generation: 9, counter: 9 } } }],
    ['hostLost', { uid, epoch: past, host: stack.hostName, because: 'forged' }],
    ...(own === null ? [] : [['hostLost', { uid, epoch: own.epoch, host: own.host, because: 'forged' }] as const]),
    ['cancel', { uid: other, graceSec: 0, signal: null, because: 'forged' }],
    ['restate', uid],
  ];
  for (const [name, content] of forged)
    await workflow('signal', id, '--name', name, '--input', JSON.stringify(content));
}

const small = { mem_limit: '32m' };
/** Ends at once when it is asked to, so that nothing here waits for a grace to run out. */
const untilTold = (id: string): string => `trap 'exit 143' TERM\n${witness(stack, id)}${untilOpened(stack, id)}`;
const reaches = (id: string, state: string): Promise<true> =>
  eventually(`${id} is ${state}`, async () => ((await recordOf(stack, id)).state === state ? true : null), {
    withinMs: WITHIN_MS,
    explain: stack.server.child().output,
  });
const onQueue = async (id: string, verb: 'hold' | 'release'): Promise<void> => {
  const answer = await fetch(`${stack.apiUrl}/api/v1/queue/${id}/${verb}`, { method: 'POST' });
  expect(answer.ok).toBe(true);
};
const startBlocker = async (): Promise<string> => {
  const id = newId('blocker');
  await submitScript(stack, id, untilTold(id), { mem_limit: `${ALL_MEMORY_MIB}m` });
  await reaches(id, 'running');
  return id;
};
const endBlocker = async (id: string): Promise<void> => {
  await openGate(stack, id);
  expect(await stack.client.ended(id)).toMatchObject({ state: 'succeeded' });
};

type Cell = { readonly id: string; readonly hand: Hand };
/** Submits each job of a group and calls back when it is where it is to be touched. */
type Place = (cells: readonly Cell[], touchAll: () => Promise<void>) => Promise<void>;
const each = (cells: readonly Cell[], act: (cell: Cell) => Promise<unknown>): Promise<unknown> =>
  Promise.all(cells.map(act));

const places = {
  'held in the queue': async (cells, touchAll) => {
    const blocker = await startBlocker();
    await each(cells, async ({ id }) => {
      await submitScript(stack, id, untilTold(id), small);
      await onQueue(id, 'hold');
    });
    await endBlocker(blocker);
    await each(cells, ({ id }) => reaches(id, 'queued'));
    await touchAll();
    for (const { id, hand } of cells) if (!isCancelled('held in the queue', hand)) await onQueue(id, 'release');
  },
  queued: async (cells, touchAll) => {
    const blocker = await startBlocker();
    await each(cells, async ({ id }) => {
      await submitScript(stack, id, untilTold(id), small);
      await reaches(id, 'queued');
    });
    await touchAll();
    await endBlocker(blocker);
  },
  placed: async (cells, touchAll) => {
    const blocker = await startBlocker();
    await each(cells, async ({ id }) => {
      await submitScript(stack, id, untilTold(id), small);
      await onQueue(id, 'hold');
    });
    await endBlocker(blocker);
    // None of them can be told of its place, nor claim it.
    process.kill(stack.temporal.pid(), 'SIGSTOP');
    let touched = Promise.resolve();
    try {
      for (const { id } of cells) await onQueue(id, 'release');
      for (const { id } of cells) await reaches(id, 'placed');
      touched = touchAll();
      // Long enough for each hand to be at the door.
      await sleep(1_500);
    } finally {
      process.kill(stack.temporal.pid(), 'SIGCONT');
    }
    await touched;
  },
  preparing: async (cells, touchAll) => {
    await each(cells, async ({ id }) => {
      const bundle = await bundleOf(id, { 'main.sh': untilTold(id) });
      gate.hold(`blobs/sha256:${createHash('sha256').update(bundle).digest('hex')}`);
      await stack.client.upload(id, bundle);
      await stack.client.submit(shellJob(stack, id, small));
      await reaches(id, 'preparing');
    });
    await touchAll();
  },
  running: async (cells, touchAll) => {
    await each(cells, async ({ id }) => {
      await submitScript(stack, id, untilTold(id), small);
      await reaches(id, 'running');
    });
    await touchAll();
  },
  stopping: async (cells, touchAll) => {
    const stops: Promise<unknown>[] = [];
    await each(cells, async ({ id }) => {
      const lingering = `trap 'sleep 7; exit 0' TERM\n${witness(stack, id)}while true; do sleep 0.2; done\n`;
      await submitScript(stack, id, lingering, small);
      await reaches(id, 'running');
      await eventually(`${id} heeds the signal`, () => witnessed(stack, id).catch(() => null), { withinMs: WITHIN_MS });
    });
    // Answered when it has stopped.
    for (const { id } of cells) stops.push(fetch(`${stack.apiUrl}/running_jobs/${id}`, { method: 'DELETE' }));
    await each(cells, ({ id }) => reaches(id, 'stopping'));
    await touchAll();
    await Promise.all(stops);
  },
  collecting: async (cells, touchAll) => {
    gate.hold('POST /host/v1/blobs');
    const keep = 'mkdir -p $ARCHIVE_DIR/$JOB_ID/artifacts; echo kept > $ARCHIVE_DIR/$JOB_ID/artifacts/a\n';
    await each(cells, async ({ id }) => {
      await submitScript(stack, id, witness(stack, id) + keep, small);
      await reaches(id, 'stopping');
    });
    await touchAll();
  },
  ended: async (cells, touchAll) => {
    await each(cells, async ({ id }) => {
      await submitScript(stack, id, witness(stack, id), small);
      await stack.client.ended(id);
    });
    await touchAll();
  },
} satisfies Readonly<Record<string, Place>>;
type PlaceName = keyof typeof places;

/** What it must be in the end, truthfully. */
function becomes(place: PlaceName, hand: Hand): { readonly state: string; readonly reason?: string } {
  if (place === 'ended') return { state: 'succeeded', reason: 'completed' };
  if (place === 'stopping') return { state: 'cancelled' };
  if (hand === 'terminated') return { state: 'cancelled', reason: 'workflow_terminated' };
  if (place === 'collecting') return { state: 'succeeded', reason: 'completed' };
  return hand === 'cancelled'
    ? { state: 'cancelled', reason: 'cancelled_by_request' }
    : { state: 'succeeded', reason: 'completed' };
}
const isCancelled = (place: PlaceName, hand: Hand): boolean => becomes(place, hand).state === 'cancelled';
const placeNames = Object.keys(places) as PlaceName[];

describe('a job touched past every door', { timeout: 180_000 }, () => {
  it.each(placeNames)('gives back what it held and says what happened when it was %s', async (place) => {
    const cells = hands.map((hand) => ({ id: newId(place.replaceAll(' ', '-')), hand }));
    const ends = async ({ id, hand }: Cell): Promise<void> => {
      const { state, reason } = await stack.client.ended(id);
      expect({ place, hand, state, reason }).toMatchObject(becomes(place, hand));
    };
    await places[place](cells, async () => {
      await each(cells, ({ id, hand }) =>
        // What is over refuses some of it.
        touch(id, hand).catch((error: unknown) => {
          if (place !== 'ended') throw error;
        }),
      );
    });
    // Nobody opens a gate for those that have to go.
    const gone = place === 'collecting' ? [] : cells.filter(({ hand }) => isCancelled(place, hand));
    await each(gone, ends);
    gate.open();
    for (const { id } of cells) await openGate(stack, id);
    await each(cells, ends);
    for (const { id, hand } of cells.filter(({ hand }) => !isCancelled(place, hand))) {
      expect([place, hand, (await witnessed(stack, id)).length]).toEqual([place, hand, 1]);
    }
    if (place === 'collecting') {
      for (const { id } of cells) expect((await recordOf(stack, id)).exit).toMatchObject({ exitCode: 0 });
    }

    const all = newId('all-of-it');
    await submitScript(stack, all, 'true', { mem_limit: `${ALL_MEMORY_MIB}m` });
    expect(await stack.client.ended(all)).toMatchObject({ state: 'succeeded' });
    await eventually(
      'nothing is left',
      async () => {
        const dirs = (await readdir(stack.workDir)).filter((name) => cells.some(({ id }) => name.includes(id)));
        return dirs.length === 0 && (await containersOf(stack)).length === 0 ? true : null;
      },
      { withinMs: WITHIN_MS },
    );
  });
});
