import { setTimeout as sleep } from 'node:timers/promises';
import { Context } from '@temporalio/activity';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { roleNameSchema } from '../../model/ids.ts';
import { anExit } from '../scheduling/builders.ts';
import { eventually } from '../support/child.ts';
import { aJob, openWorld, placementAt, type World } from './world.ts';

let world: World;
beforeAll(async () => {
  world = await openWorld();
});
afterAll(() => world.close());

describe('closing a job whose workflow is gone', () => {
  it('stops, releases, collects and records what a terminated job left', async () => {
    const job = aJob('terminated');
    const exit = anExit({ exitCode: 143, signal: 'SIGTERM', endedBy: 'stop' });
    const held = [
      {
        host: placementAt(1).host,
        placement: placementAt(1),
        attempt: 1,
        role: roleNameSchema.parse('main'),
        replica: 0,
      },
    ];
    const left = {
      jobId: job.jobId,
      attempt: 1,
      stop: job.stop,
      specDigest: job.specDigest,
      bundleDigest: null,
      outcome: null,
    };
    world.script(job, {
      books: { leftovers: async () => ({ job: left, held }) },
      host: { ensureStopped: async () => ({ kind: 'gone', was: 'exited', exit }) },
    });
    await world.gateway.closeJob({ uid: job.uid, jobId: job.jobId, workflowStatus: 'terminated' });
    await world.client.workflow.getHandle(`close:${job.uid}`).result();
    expect(world.toldOf(job)).toEqual([
      'leftovers',
      'openRun',
      'ensureStopped default 5',
      'record stopping release 1 exited',
      'collect',
      'record cancelled workflow_terminated',
    ]);
    expect(world.recordsOf(job).every((record) => record.runId.startsWith('close:'))).toBe(true);
  });

  it('believes in the loss of its host only what the ledger knows, and what is said of its own job', async () => {
    const job = aJob('host-gone');
    const placement = placementAt(1);
    const one = { host: placement.host, placement, attempt: 1, role: roleNameSchema.parse('main'), replica: 0 };
    let isDestroyed = false;
    world.script(job, {
      books: { leftovers: async () => ({ job: null, held: [one] }), isDestroyed: async () => isDestroyed },
      host: { ensureStopped: () => Context.current().cancelled },
    });
    await world.gateway.closeJob({ uid: job.uid, jobId: job.jobId, workflowStatus: 'absent' });
    const closing = world.client.workflow.getHandle(`close:${job.uid}`);
    const questions = (): number => world.toldOf(job).filter((what) => what === 'isDestroyed 1 box1').length;
    const asked = (times: number): Promise<true> =>
      eventually(`the ledger is asked ${times} times`, () => (questions() === times ? true : null));
    await eventually('it stops', () => (world.toldOf(job).includes('ensureStopped default 10') ? true : null));
    await world.loseHost(closing, job, 1);
    await asked(1);
    expect((await closing.describe()).status.name).toBe('RUNNING');
    isDestroyed = true;
    await world.loseHost(closing, aJob('other'), 1);
    await world.loseHost(closing, job, 2);
    await sleep(300);
    expect(questions()).toBe(1);
    await world.loseHost(closing, job, 1);
    expect(await closing.result()).toBeNull();
    expect(questions()).toBe(2);
  });

  it('brings down what a host holds of a job that nobody knows, and has it forgotten before it collects', async () => {
    const job = aJob('unknown');
    const placement = placementAt(7);
    const one = { host: placement.host, placement, attempt: 1, role: roleNameSchema.parse('main'), replica: 0 };
    world.script(job, { books: { leftovers: async () => ({ job: null, held: [one] }) } });
    await world.gateway.closeJob({ uid: job.uid, jobId: job.jobId, workflowStatus: 'absent' });
    expect(await world.client.workflow.getHandle(`close:${job.uid}`).result()).toBeNull();
    expect(world.toldOf(job)).toEqual(['leftovers', 'ensureStopped default 10', 'forget 7', 'collect']);
  });

  it('does not wait for a host that is gone for what is left of a job that had its end already', async () => {
    const job = aJob('ended');
    const placement = placementAt(1);
    const one = { host: placement.host, placement, attempt: 1, role: roleNameSchema.parse('main'), replica: 0 };
    const outcome = { state: 'failed', reason: 'host_lost', sentence: 'it had its end', exit: null } as const;
    const { jobId, stop, specDigest } = job;
    const left = { ...{ jobId, attempt: 1, stop, specDigest, bundleDigest: null }, outcome };
    world.script(job, {
      books: { leftovers: async () => ({ job: left, held: [one] }) },
      host: { collect: () => Context.current().cancelled },
    });
    await world.gateway.closeJob({ uid: job.uid, jobId, workflowStatus: 'terminated' });
    await eventually('it collects', () => (world.toldOf(job).includes('collect') ? true : null));
    world.hostIsGone(true);
    expect(await world.client.workflow.getHandle(`close:${job.uid}`).result()).toEqual(outcome);
    world.hostIsGone(false);
  });
});
