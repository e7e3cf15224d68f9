import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { anExit } from '../scheduling/builders.ts';
import { eventually } from '../support/child.ts';
import { aJob, openWorld, type World } from './world.ts';

let world: World;
beforeAll(async () => {
  world = await openWorld();
});
afterAll(() => world.close());

const reaches = (job: ReturnType<typeof aJob>, what: string): Promise<true> =>
  eventually(`the job reaches ${what}`, () => (world.toldOf(job).includes(what) ? true : null));

describe('a job whose host does not begin it', () => {
  it('gives back a placement whose epoch the host refuses only once the host proves nothing of it is left', async () => {
    const job = aJob('epoch-refused');
    let refusals = 1;
    await world.start(job, {
      host: {
        prepare: async () => {
          refusals -= 1;
          return refusals >= 0
            ? { kind: 'refused', because: 'closed' }
            : { kind: 'ready', imageId: 'i', pulled: false };
        },
      },
    });
    await world.place(job, 1);
    await reaches(job, 'record requeue 1 release 1 absent');
    expect(world.toldOf(job)).toContain('ensureStopped default 5');
    await world.place(job, 2);
    expect(await world.outcome(job)).toMatchObject({ state: 'succeeded' });
  });

  it('judges by its end what had run under an epoch that is closed, and does not run it again', async () => {
    const job = aJob('epoch-ran');
    const exit = anExit({ exitCode: 4 });
    await world.start(job, {
      host: {
        prepare: async () => ({ kind: 'refused', because: 'closed' }),
        ensureStopped: async () => ({ kind: 'gone', was: 'exited', exit }),
      },
    });
    await world.place(job, 1);
    expect(await world.outcome(job)).toMatchObject({ state: 'failed', exit: { exitCode: 4 } });
    expect(world.toldOf(job)).toContain('record stopping release 1 exited');
  });

  it('waits longer and longer for a host that refuses one epoch after the other, holding nothing meanwhile', async () => {
    const job = aJob('epochs-refused');
    await world.start(job, { host: { prepare: async () => ({ kind: 'refused', because: 'closed' }) } });
    await world.place(job, 1);
    await reaches(job, 'record requeue 1 release 1 absent');
    for (const counter of [2, 3]) {
      await world.place(job, counter);
      await reaches(job, `record stopping release ${counter} absent`);
      const requeues = (): number => world.toldOf(job).filter((what) => what === 'record requeue 1').length;
      await eventually('waits again', () => (requeues() === counter - 1 ? true : null));
    }
    const { events } = await world.handle(job).fetchHistory();
    const waits = (events ?? []).flatMap(({ timerStartedEventAttributes: timer }) =>
      timer?.startToFireTimeout ? [Number(timer.startToFireTimeout.seconds)] : [],
    );
    expect(waits).toEqual([1, 2]);
    await world.place(job, 4);
    await reaches(job, 'record stopping release 4 absent');
    await world.gateway.cancelJob(job.jobId, { uid: job.uid, graceSec: null, signal: null, because: 'ann said so' });
    expect(await world.outcome(job)).toMatchObject({ state: 'cancelled', sentence: 'ann said so' });
  });

  it('judges by its end what had run when its preparation failed', async () => {
    const job = aJob('failed-ran');
    await world.start(job, {
      host: {
        prepare: async () => ({ kind: 'failed', reason: 'image_not_found', sentence: 'no such image' }),
        ensureStopped: async () => ({ kind: 'gone', was: 'exited', exit: anExit({ exitCode: 4 }) }),
      },
    });
    await world.place(job, 1);
    expect(await world.outcome(job)).toMatchObject({ state: 'failed', reason: 'exit_nonzero', exit: { exitCode: 4 } });
    expect(world.toldOf(job)).toContain('record stopping release 1 exited');
  });
});
