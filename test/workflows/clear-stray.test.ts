import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { TemporalHostGateway } from '../../activities/control/temporal-host-gateway.ts';
import { roleNameSchema } from '../../model/ids.ts';
import { anExit } from '../scheduling/builders.ts';
import { aJob, openWorld, placementAt, type World } from './world.ts';

let world: World;
beforeAll(async () => {
  world = await openWorld();
});
afterAll(() => world.close());

const strayOf = (job: ReturnType<typeof aJob>, counter: number) => {
  const placement = placementAt(counter);
  const stray = { host: placement.host, placement, attempt: 1, role: roleNameSchema.parse('main'), replica: 0 };
  return { uid: job.uid, jobId: job.jobId, stray, stop: job.stop };
};
const clearing = (job: ReturnType<typeof aJob>, counter: number) =>
  world.client.workflow.getHandle(`stray:${job.uid}:1.${counter}`);

describe('clearing a container whose placement was given back', () => {
  it('stops it, has its room freed, collects, and records nothing of its job', async () => {
    const job = aJob('stray');
    const exit = anExit({ exitCode: 143, signal: 'SIGTERM', endedBy: 'stop' });
    world.script(job, { host: { ensureStopped: async () => ({ kind: 'gone', was: 'exited', exit }) } });
    for (let time = 0; time < 2; time += 1) await world.gateway.clearStray(strayOf(job, 3));
    expect(await clearing(job, 3).result()).toBe('gone');
    const once = ['ensureStopped default 5', 'forget 3', 'collect'];
    expect(world.toldOf(job).slice(0, 3)).toEqual(once);
    expect(world.recordsOf(job)).toEqual([]);
  });

  it('goes on beside the job, and beside another stray of it', async () => {
    const job = aJob('beside');
    let endRun: () => void = () => undefined;
    const held = new Promise<void>((resolve) => (endRun = resolve));
    const run = async () => held.then(() => ({ kind: 'exited', exit: anExit() }) as const);
    await world.start(job, { host: { run } });
    await world.place(job, 7);
    for (const counter of [3, 4]) await world.gateway.clearStray(strayOf(job, counter));
    for (const counter of [3, 4]) expect(await clearing(job, counter).result()).toBe('gone');
    endRun();
    expect(await world.outcome(job)).toMatchObject({ state: 'succeeded' });
  });

  it('ends when its host is removed for good', async () => {
    const job = aJob('removed');
    let answer: () => void = () => undefined;
    const later = new Promise<void>((resolve) => (answer = resolve));
    const ensureStopped = () => later.then(() => ({ kind: 'gone', was: 'absent', exit: null }) as const);
    world.script(job, { host: { ensureStopped } });
    await world.gateway.clearStray(strayOf(job, 5));
    const lost = { uid: job.uid, host: placementAt(5).host, because: 'removed as destroyed' };
    const hosts = new TemporalHostGateway(world.client);
    await hosts.signalHostLost(job.jobId, { ...lost, epoch: placementAt(4).epoch });
    await hosts.signalHostLost(job.jobId, { ...lost, epoch: placementAt(5).epoch });
    expect(await clearing(job, 5).result()).toBe('host_lost');
    answer();
    expect(world.toldOf(job)).not.toContain('forget 5');
  });
});
