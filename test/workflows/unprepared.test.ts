import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { eventually } from '../support/child.ts';
import { aJob, openWorld, type World } from './world.ts';

let world: World;
beforeAll(async () => {
  world = await openWorld();
});
afterAll(() => world.close());

describe('a job that its host has not prepared', () => {
  it('is prepared when `run` does not find all at hand, and then runs', async () => {
    const job = aJob('prepares');
    await world.start(job, { host: { prepare: async () => ({ kind: 'ready', imageId: 'i', pulled: true }) } });
    await world.place(job, 1);
    expect(await world.outcome(job)).toMatchObject({ state: 'succeeded' });
    expect(world.toldOf(job).slice(0, 4)).toEqual(['openRun', 'claim 1', 'prepare 1', 'run 1']);
  });

  it('is not run when it is stopped before it is known whether it must be prepared', async () => {
    const job = aJob('cancel-unprepared');
    let answer = (): void => undefined;
    const asked = new Promise<void>((resolve) => (answer = resolve));
    let tries = 0;
    await world.start(job, {
      host: {
        run: async () => {
          tries += 1;
          await asked;
          return { kind: 'needs_prepare' };
        },
        ensureStopped: async () => {
          answer();
          return { kind: 'gone', was: 'absent', exit: null };
        },
      },
    });
    await world.place(job, 1);
    await eventually('asked to run', () => (tries > 0 ? true : null));
    await world.gateway.cancelJob(job.jobId, { uid: job.uid, graceSec: null, signal: null, because: 'asked' });
    expect(await world.outcome(job)).toMatchObject({ state: 'cancelled', exit: null });
    expect(tries).toBe(1);
    expect(world.toldOf(job)).not.toContain('prepare 1');
  });
});
