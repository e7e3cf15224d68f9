import { afterAll, beforeAll, expect, it } from 'vitest';
import { anExit } from '../scheduling/builders.ts';
import { eventually } from '../support/child.ts';
import { aJob, openWorld, type World } from './world.ts';

let world: World;
beforeAll(async () => {
  world = await openWorld();
});
afterAll(() => world.close());

it('asks for no collecting where the end came with what was collected', async () => {
  const job = aJob('at-once', 2);
  const collected = { artifactsDigest: null, usage: null, incomplete: 'one link' };
  const ended = (exitCode: number) => ({ kind: 'exited', exit: anExit({ exitCode }), collected }) as const;
  await world.start(job, { host: { run: async ({ replica }) => ended(replica.attempt === 1 ? 1 : 0) } });
  await world.place(job, 1);
  const requeued = 'record requeue 2 release 1 exited';
  await eventually('the retry', () => (world.toldOf(job).includes(requeued) ? true : null));
  await world.place(job, 2);
  expect(await world.outcome(job)).toMatchObject({
    state: 'succeeded',
    sentence: 'exited with status 0; not kept: one link',
  });
  expect(world.toldOf(job).slice(-4)).toEqual([
    requeued,
    'claim 2',
    'run 2',
    'record succeeded completed release 2 exited',
  ]);
});
