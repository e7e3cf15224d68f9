import { setTimeout as sleep } from 'node:timers/promises';
import { Context } from '@temporalio/activity';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { TemporalHostGateway } from '../../activities/control/temporal-host-gateway.ts';
import { roleNameSchema } from '../../model/ids.ts';
import { anExit } from '../scheduling/builders.ts';
import { eventually } from '../support/child.ts';
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

  /** Its host never answers this. */
  const never = (): Promise<never> => Context.current().cancelled;
  const losing = (job: ReturnType<typeof aJob>, counter: number): Promise<void> => {
    const { epoch, host } = placementAt(counter);
    const signal = { uid: job.uid, host, epoch, because: 'removed as destroyed' };
    return new TemporalHostGateway(world.client).signalHostLost(job.jobId, signal);
  };

  it('ends when it is told that its host is removed for good, and believes the ledger alone', async () => {
    const job = aJob('removed');
    world.script(job, { host: { ensureStopped: never } });
    await world.gateway.clearStray(strayOf(job, 5));
    await losing(job, 5);
    await sleep(500);
    expect((await clearing(job, 5).describe()).status.name).toBe('RUNNING');
    world.hostIsGone(true);
    await losing(job, 4);
    await losing(job, 5);
    expect(await clearing(job, 5).result()).toBe('host_lost');
    world.hostIsGone(false);
    expect(world.toldOf(job)).not.toContain('forget 5');
  });

  it('ends without being told, when its host goes for good after its room was freed', async () => {
    const job = aJob('collecting');
    world.script(job, { host: { collect: never } });
    await world.gateway.clearStray(strayOf(job, 6));
    await eventually('it collects', () => (world.toldOf(job).includes('collect') ? true : null));
    world.hostIsGone(true);
    expect(await clearing(job, 6).result()).toBe('host_lost');
    world.hostIsGone(false);
  });
});
