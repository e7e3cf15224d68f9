import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { hostNameSchema } from '../../model/ids.ts';
import { aJob, openWorld, type World } from './world.ts';

const hosts = [hostNameSchema.parse('box1')];

let world: World;
beforeAll(async () => {
  world = await openWorld();
});
afterAll(() => world.close());

describe('forgetting a deleted job', () => {
  it('discards, clears each host until it has done it, and wipes the rows last', async () => {
    const job = aJob('deleted');
    let isBack = false;
    let held = 1;
    world.script(job, {
      books: { discard: async () => ({ uids: [job.uid], hosts, held: held-- > 0 ? 1 : 0 }) },
      host: {
        clear: async () => {
          if (isBack) return;
          isBack = true;
          throw new Error('a file is in use');
        },
      },
    });
    await world.gateway.forgetJob({ uid: job.uid, jobId: job.jobId, done: [] });
    await world.gateway.forgetJob({ uid: job.uid, jobId: job.jobId, done: [] });
    await world.client.workflow.getHandle(`forget:${job.uid}`).result();
    expect(world.toldOf(job)).toEqual(['discard', 'clear', 'clear', 'discard', 'wipe']);
  });
});
