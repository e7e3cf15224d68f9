import { setTimeout as sleep } from 'node:timers/promises';
import { Context } from '@temporalio/activity';
import { ApplicationFailure } from '@temporalio/common';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { JobInput } from '../../model/workflow-messages.ts';
import { anExit } from '../scheduling/builders.ts';
import { eventually } from '../support/child.ts';
import { aJob, openWorld, type World } from './world.ts';

let world: World;
beforeAll(async () => {
  world = await openWorld();
});
afterAll(() => world.close());

const QUESTION = 'isDestroyed 1 box1';
const questions = (job: JobInput): number => world.toldOf(job).filter((what) => what === QUESTION).length;
const asked = (job: JobInput, times: number): Promise<true> =>
  eventually(`the ledger is asked ${times} times`, () => (questions(job) >= times ? true : null));
const reaches = (job: JobInput, what: string): Promise<true> =>
  eventually(`the job reaches ${what}`, () => (world.toldOf(job).includes(what) ? true : null));
const lose = (job: JobInput, counter = 1, uid = job.uid): Promise<void> =>
  world.loseHost(world.handle(job), { uid }, counter);
/** A container that runs until the test has it exit. */
const untilExited = () => {
  let exit = (): void => undefined;
  const exited = new Promise<void>((resolve) => (exit = resolve));
  return { exit: () => exit(), run: () => exited.then(() => ({ kind: 'exited', exit: anExit() }) as const) };
};

describe('a job that is told that its host is lost', () => {
  it('goes on as if nothing had been said when the ledger does not know it, however often it is told', async () => {
    const job = aJob('forged');
    const { exit, run } = untilExited();
    await world.start(job, { host: { run } });
    await world.place(job, 1);
    await reaches(job, 'run 1');
    for (let time = 1; time <= 3; time += 1) {
      await lose(job);
      await asked(job, time);
    }
    exit();
    expect(await world.outcome(job)).toMatchObject({ state: 'succeeded', reason: 'completed' });
    expect(world.toldOf(job).filter((what) => what !== QUESTION)).toEqual([
      'openRun',
      'claim 1',
      'run 1',
      'record stopping release 1 exited',
      'collect',
      'record succeeded completed',
    ]);
  });

  it('does not even ask about another job or a placement that it does not have', async () => {
    const job = aJob('strays');
    const { exit, run } = untilExited();
    await world.start(job, { books: { isDestroyed: async () => true }, host: { run } });
    await world.place(job, 1);
    await reaches(job, 'run 1');
    await lose(job, 1, aJob('other').uid);
    await lose(job, 2);
    await sleep(300);
    exit();
    expect(await world.outcome(job)).toMatchObject({ state: 'succeeded' });
    expect(questions(job)).toBe(0);
  });

  it('is tried again elsewhere when the ledger knows it, though a false word came before the true one', async () => {
    const job = aJob('true-word', 2);
    let isDestroyed = false;
    let runs = 0;
    await world.start(job, {
      books: { isDestroyed: async () => isDestroyed },
      host: {
        run: () =>
          (runs += 1) === 1 ? Context.current().cancelled : Promise.resolve({ kind: 'exited', exit: anExit() }),
      },
    });
    await world.place(job, 1);
    await reaches(job, 'run 1');
    await lose(job);
    await asked(job, 1);
    isDestroyed = true;
    await lose(job);
    await reaches(job, 'record requeue 2');
    expect(world.toldOf(job)).toContain('record stopping release 1 host_destroyed');
    await world.place(job, 2);
    expect(await world.outcome(job)).toMatchObject({ state: 'succeeded' });
  });

  it('waits no longer for what it left on the host to be kept', async () => {
    const job = aJob('collecting');
    let isDestroyed = false;
    await world.start(job, {
      books: { isDestroyed: async () => isDestroyed },
      host: { collect: () => Context.current().cancelled },
    });
    await world.place(job, 1);
    await reaches(job, 'collect');
    await lose(job);
    await asked(job, 1);
    isDestroyed = true;
    await lose(job);
    expect(await world.outcome(job)).toMatchObject({
      state: 'succeeded',
      sentence: expect.stringContaining('not kept: it burned down'),
    });
  });

  it('asks until the ledger answers when that is away', async () => {
    const job = aJob('ledger-away');
    let refusals = 4;
    await world.start(job, {
      books: {
        isDestroyed: async () => {
          refusals -= 1;
          if (refusals > 0) throw ApplicationFailure.retryable('the ledger is away', 'ledger_unavailable');
          return true;
        },
      },
      host: { run: () => Context.current().cancelled },
    });
    await world.place(job, 1);
    await reaches(job, 'run 1');
    await lose(job);
    expect(await world.outcome(job)).toMatchObject({ state: 'failed', reason: 'host_lost' });
  });
});
