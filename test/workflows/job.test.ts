import { setTimeout as sleep } from 'node:timers/promises';
import { Context } from '@temporalio/activity';
import { ApplicationFailure } from '@temporalio/common';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { hostControlQueue } from '../../model/names.ts';
import { CONTROL_BEATS_EVERY_MS } from '../../worker/host/pollers.ts';
import { anExit } from '../scheduling/builders.ts';
import { eventually } from '../support/child.ts';
import { aJob, openWorld, placementAt, type World } from './world.ts';

let world: World;
beforeAll(async () => {
  world = await openWorld();
});
afterAll(() => world.close());

const statusOf = async (job: ReturnType<typeof aJob>): Promise<string> =>
  (await world.handle(job).describe()).status.name;
const reaches = (job: ReturnType<typeof aJob>, what: string): Promise<true> =>
  eventually(`the job reaches ${what}`, () => (world.toldOf(job).includes(what) ? true : null));
/** A container that runs until it is stopped. */
const untilStopped = () => {
  let stop = (): void => undefined;
  const stopped = new Promise<void>((resolve) => (stop = resolve));
  const exit = anExit({ exitCode: 143, signal: 'SIGTERM', endedBy: 'stop' });
  return {
    run: async () => stopped.then(() => ({ kind: 'exited', exit }) as const),
    ensureStopped: async () => {
      stop();
      return { kind: 'gone', was: 'exited', exit } as const;
    },
  };
};

describe('the job workflow', () => {
  it('does nothing until it is placed, then runs, gives back its placement, collects and ends', async () => {
    const job = aJob('plain');
    await world.start(job);
    await reaches(job, 'openRun');
    expect(world.toldOf(job)).toEqual(['openRun']);
    await world.place(job, 1);
    expect(await world.outcome(job)).toMatchObject({ state: 'succeeded', reason: 'completed' });
    expect(world.toldOf(job)).toEqual([
      'openRun',
      'claim 1',
      'run 1',
      'record stopping release 1 exited',
      'collect',
      'record succeeded completed',
    ]);
    expect(await statusOf(job)).toBe('COMPLETED');
  });

  it('shows what it is and how it ended in Temporal', async () => {
    const job = aJob('shown');
    await world.start(job, { host: { run: async () => ({ kind: 'exited', exit: anExit({ exitCode: 3 }) }) } });
    await world.place(job, 1);
    await world.outcome(job);
    const described = await world.handle(job).describe();
    expect(described.status.name).toBe('FAILED');
    expect(described.searchAttributes).toMatchObject({
      JobState: ['failed'],
      Pool: ['default'],
      Owner: ['ann'],
      Host: ['box1'],
      ExitCode: [3],
    });
    expect(await described.staticSummary()).toContain('busybox:1 true');
  });

  it('ends at once when its row was withdrawn', async () => {
    const job = aJob('withdrawn');
    await world.start(job, { books: { openRun: async () => ({ kind: 'withdrawn' }) } });
    expect(await world.handle(job).result()).toMatchObject({ state: 'skipped' });
    expect(world.toldOf(job)).toEqual(['openRun']);
  });

  it('ignores a placement for another uid and an epoch that is not above the last', async () => {
    const job = aJob('epochs', 2);
    const ends = [anExit({ exitCode: 1 }), anExit()];
    await world.start(job, { host: { run: async () => ({ kind: 'exited', exit: ends.shift() ?? anExit() }) } });
    await world.place(job, 7, aJob('other').uid);
    await world.place(job, 5);
    await reaches(job, 'record requeue 2');
    await world.place(job, 5);
    await world.place(job, 4);
    await sleep(300);
    expect(world.toldOf(job).filter((what) => what.startsWith('claim'))).toEqual(['claim 5']);
    await world.place(job, 6);
    expect(await world.outcome(job)).toMatchObject({ state: 'succeeded' });
    expect(world.toldOf(job)).toContain('run 2');
  });

  it('tries again as often as it may and no more', async () => {
    const job = aJob('retries', 2);
    await world.start(job, { host: { run: async () => ({ kind: 'exited', exit: anExit({ exitCode: 9 }) }) } });
    await world.place(job, 1);
    await reaches(job, 'record requeue 2');
    await world.place(job, 2);
    expect(await world.outcome(job)).toMatchObject({ state: 'failed', reason: 'exit_nonzero' });
    expect(world.toldOf(job).filter((what) => what.startsWith('run'))).toEqual(['run 1', 'run 2']);
  });

  it('asks for a new placement when its claim is refused', async () => {
    const job = aJob('refused');
    await world.start(job, {
      books: {
        claim: async ({ epoch }) =>
          epoch.counter === 1 ? { kind: 'refused', because: 'released' } : { kind: 'claimed' },
      },
    });
    await world.place(job, 1);
    await reaches(job, 'record requeue 1');
    await world.place(job, 2);
    expect(await world.outcome(job)).toMatchObject({ state: 'succeeded' });
    expect(world.toldOf(job)).not.toContain('ensureStopped default 5');
  });

  it('is cancelled while it waits, without touching a host', async () => {
    const job = aJob('cancel-queued');
    await world.start(job);
    await reaches(job, 'openRun');
    await world.gateway.cancelJob(job.jobId, { uid: job.uid, graceSec: null, signal: null, because: 'ann said so' });
    expect(await world.outcome(job)).toMatchObject({ state: 'cancelled', sentence: 'ann said so' });
    expect(world.toldOf(job)).toEqual(['openRun', 'record cancelled cancelled_by_request']);
    expect(await statusOf(job)).toBe('CANCELLED');
  });

  it('stops a running container with the grace and the signal of the request, and releases on proof', async () => {
    const job = aJob('cancel-running');
    await world.start(job, { host: untilStopped() });
    await world.place(job, 1);
    await reaches(job, 'run 1');
    await world.gateway.cancelJob(job.jobId, { uid: job.uid, graceSec: 1, signal: 'SIGINT', because: 'ann said so' });
    expect(await world.outcome(job)).toMatchObject({ state: 'cancelled', exit: { exitCode: 143 } });
    expect(world.toldOf(job)).toContain('ensureStopped SIGINT 1');
    expect(world.toldOf(job)).toContain('record stopping release 1 exited');
    expect(await statusOf(job)).toBe('CANCELLED');
  });

  it('asks its host for a stop with time for two beats, so that one that is lost is no second stop', async () => {
    const job = aJob('beats');
    await world.start(job, { host: untilStopped() });
    await world.place(job, 1);
    await reaches(job, 'run 1');
    await world.handle(job).cancel();
    await world.outcome(job);
    const { events } = await world.handle(job).fetchHistory();
    const asked = (events ?? []).flatMap(({ activityTaskScheduledEventAttributes: task }) =>
      task?.taskQueue?.name === hostControlQueue(placementAt(1).host) ? [Number(task.heartbeatTimeout?.seconds)] : [],
    );
    expect(asked).toHaveLength(1);
    for (const seconds of asked) expect(seconds * 1_000).toBeGreaterThanOrEqual(2 * CONTROL_BEATS_EVERY_MS);
  });

  it('carries a more urgent request to the host while a patient one is under way', async () => {
    const job = aJob('urgent');
    const exit = anExit({ exitCode: 137, signal: 'SIGKILL', endedBy: 'stop' });
    let kill = (): void => undefined;
    const killed = new Promise<void>((resolve) => (kill = resolve));
    const gone = () => ({ kind: 'gone', was: 'exited', exit }) as const;
    await world.start(job, {
      host: {
        run: async () => killed.then(() => ({ kind: 'exited', exit }) as const),
        ensureStopped: async ({ stop }) => {
          if (stop.graceSec === 0) kill();
          return killed.then(gone);
        },
      },
    });
    await world.place(job, 1);
    await reaches(job, 'run 1');
    const cancel = (graceSec: number, because: string) =>
      world.gateway.cancelJob(job.jobId, { uid: job.uid, graceSec, signal: null, because });
    await cancel(3600, 'ann said so');
    await reaches(job, 'ensureStopped default 3600');
    await cancel(0, 'bob is in a hurry');
    expect(await world.outcome(job)).toMatchObject({ state: 'cancelled', exit: { exitCode: 137 } });
  });

  it('ignores signals that make no sense, forged placements among them', async () => {
    const job = aJob('garbage');
    await world.start(job, {
      books: {
        claim: async ({ epoch }) =>
          epoch.generation === 99 ? { kind: 'refused', because: 'never given' } : { kind: 'claimed' },
      },
    });
    const garbage = [null, 7, 'x', {}, { uid: job.uid, placement: null }, { uid: job.uid, because: {} }];
    for (const signal of ['placed', 'cancel']) {
      for (const payload of garbage) await world.handle(job).signal(signal, payload);
      await world.handle(job).signal(signal);
    }
    const forged = { ...placementAt(1), epoch: { generation: 99, counter: 1 } };
    await world.handle(job).signal('placed', { uid: job.uid, placement: forged });
    await reaches(job, 'record requeue 1');
    await world.place(job, 1);
    expect(await world.outcome(job)).toMatchObject({ state: 'succeeded' });
  });

  it('says in its outcome what could not be kept', async () => {
    const job = aJob('incomplete');
    const incomplete = 'artifacts larger than 4 GiB';
    await world.start(job, { host: { collect: async () => ({ artifactsDigest: null, usage: null, incomplete }) } });
    await world.place(job, 1);
    expect((await world.outcome(job))?.sentence).toContain(incomplete);
  });

  it("does the same for Temporal's own cancel", async () => {
    const job = aJob('temporal-cancel');
    await world.start(job, { host: untilStopped() });
    await world.place(job, 1);
    await reaches(job, 'run 1');
    await world.handle(job).cancel();
    expect(await world.outcome(job)).toMatchObject({ state: 'cancelled', exit: { exitCode: 143 } });
    expect(world.toldOf(job)).toContain('ensureStopped default 5');
    expect(await statusOf(job)).toBe('CANCELLED');
  });

  it('closes the epoch before it gives back a placement whose preparation was cancelled', async () => {
    const job = aJob('cancel-prepare');
    await world.start(job, {
      host: { prepare: () => Context.current().cancelled },
    });
    await world.place(job, 1);
    await reaches(job, 'prepare 1');
    await world.handle(job).cancel();
    expect(await world.outcome(job)).toMatchObject({ state: 'cancelled' });
    expect(world.toldOf(job)).toContain('record stopping release 1 never_started');
    expect(world.toldOf(job)).not.toContain('run 1');
  });

  it('takes up the placement it held when it was reset, and starts no second container of its own', async () => {
    const job = aJob('reset');
    await world.start(job, {
      books: { openRun: async () => ({ kind: 'go', attempt: 1, placement: placementAt(3), exit: null }) },
    });
    expect(await world.outcome(job)).toMatchObject({ state: 'succeeded' });
    expect(world.toldOf(job)).toContain('claim 3');
  });

  it('judges the exit that is known instead of running anything when it was reset near its end', async () => {
    const job = aJob('reset-late');
    await world.start(job, {
      books: { openRun: async () => ({ kind: 'go', attempt: 1, placement: null, exit: anExit({ exitCode: 2 }) }) },
    });
    expect(await world.outcome(job)).toMatchObject({ state: 'failed', reason: 'exit_nonzero' });
    expect(world.toldOf(job)).toEqual(['openRun', 'record failed exit_nonzero']);
  });

  it('closes with the outcome the ledger holds already', async () => {
    const job = aJob('ledger-wins');
    const held = { state: 'succeeded', reason: 'completed', sentence: 'first', exit: anExit() } as const;
    await world.start(job, {
      books: {
        record: async ({ entry }) =>
          entry.kind === 'outcome' ? { kind: 'ended', outcome: held } : { kind: 'recorded' },
      },
      host: { run: async () => ({ kind: 'exited', exit: anExit({ exitCode: 1 }) }) },
    });
    await world.place(job, 1);
    expect(await world.handle(job).result()).toMatchObject({ sentence: 'first' });
  });

  it('goes on by itself when the ledger is away for longer than a local activity waits', async () => {
    const job = aJob('ledger-away');
    let refusals = 4;
    await world.start(job, {
      books: {
        claim: async () => {
          refusals -= 1;
          if (refusals > 0) throw ApplicationFailure.retryable('the ledger is away', 'ledger_unavailable');
          return { kind: 'claimed' };
        },
      },
    });
    await world.place(job, 1);
    expect(await world.outcome(job)).toMatchObject({ state: 'succeeded' });
  });
});
