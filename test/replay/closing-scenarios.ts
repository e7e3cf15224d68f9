import { Context } from '@temporalio/activity';
import type { HeldPlacement, JobInput } from '../../model/workflow-messages.ts';
import { eventually } from '../support/child.ts';
import { aJob, placementAt, type World } from '../workflows/world.ts';

/** What the ledger says to a forged signal first, and then to a true one. */
export const destroyedWhenAskedAgain = () => {
  let asked = 0;
  return async (): Promise<boolean> => (asked += 1) > 1;
};

/** What a host still has of a job. */
const leftAt = (job: JobInput, counter: number): HeldPlacement => {
  const role = job.roles[0]?.name;
  if (role === undefined) throw new Error('the job has no role');
  const placement = placementAt(counter);
  return { host: placement.host, placement, attempt: 1, role, replica: 0 };
};

/** What closes, clears and forgets what jobs left: each answers the id of the workflow that did. */
export const closings: Readonly<Record<string, (world: World) => Promise<string>>> = {
  'close-job-that-nobody-knows': async (world) => {
    const job = aJob('unknown');
    const { jobId, uid } = job;
    world.script(job, { books: { leftovers: async () => ({ job: null, held: [leftAt(job, 7)] }) } });
    await world.gateway.closeJob({ uid, jobId, workflowStatus: 'absent' });
    await world.client.workflow.getHandle(`close:${uid}`).result();
    return `close:${uid}`;
  },
  'close-terminated-job': async (world) => {
    const job = aJob('terminated');
    const { jobId, stop, specDigest, uid } = job;
    world.script(job, {
      books: {
        leftovers: async () => ({
          job: { jobId, attempt: 1, stop, specDigest, bundleDigest: null, outcome: null },
          held: [leftAt(job, 1)],
        }),
      },
    });
    await world.gateway.closeJob({ uid, jobId, workflowStatus: 'terminated' });
    await world.client.workflow.getHandle(`close:${uid}`).result();
    return `close:${uid}`;
  },
  'close-job-of-a-destroyed-host': async (world) => {
    const job = aJob('left-there');
    const { jobId, stop, specDigest, uid } = job;
    world.script(job, {
      books: {
        leftovers: async () => ({
          job: { jobId, attempt: 1, stop, specDigest, bundleDigest: null, outcome: null },
          held: [leftAt(job, 1)],
        }),
        isDestroyed: destroyedWhenAskedAgain(),
      },
      host: { ensureStopped: () => Context.current().cancelled },
    });
    await world.gateway.closeJob({ uid, jobId, workflowStatus: 'terminated' });
    const closing = world.client.workflow.getHandle(`close:${uid}`);
    await eventually('stopping', () => (world.toldOf(job).includes('ensureStopped default 5') ? true : null));
    await world.loseHost(closing, job, 1);
    await eventually('asked', () => (world.toldOf(job).includes('isDestroyed 1 box1') ? true : null));
    await world.loseHost(closing, job, 1);
    await closing.result();
    return closing.workflowId;
  },
  'close-ended-job-of-a-host-that-went': async (world) => {
    const job = aJob('ended');
    const { jobId, stop, specDigest, uid } = job;
    const outcome = { state: 'failed', reason: 'host_lost', sentence: 'it had its end', exit: null } as const;
    const left = { ...{ jobId, attempt: 1, stop, specDigest, bundleDigest: null }, outcome };
    world.script(job, {
      books: { leftovers: async () => ({ job: left, held: [leftAt(job, 1)] }) },
      host: { collect: () => Context.current().cancelled },
    });
    await world.gateway.closeJob({ uid, jobId, workflowStatus: 'terminated' });
    const closing = world.client.workflow.getHandle(`close:${uid}`);
    await eventually('collecting', () => (world.toldOf(job).includes('collect') ? true : null));
    world.hostIsGone(true);
    await closing.result();
    world.hostIsGone(false);
    return closing.workflowId;
  },
  'clear-stray': async (world) => {
    const job = aJob('stray');
    const { uid, jobId, stop } = job;
    await world.gateway.clearStray({ uid, jobId, stop, stray: leftAt(job, 3) });
    const clearing = world.client.workflow.getHandle(`stray:${uid}:1.3`);
    await clearing.result();
    return clearing.workflowId;
  },
  'clear-stray-of-a-host-that-went': async (world) => {
    const job = aJob('stray-gone');
    const { uid, jobId, stop } = job;
    world.script(job, { host: { collect: () => Context.current().cancelled } });
    await world.gateway.clearStray({ uid, jobId, stop, stray: leftAt(job, 3) });
    const clearing = world.client.workflow.getHandle(`stray:${uid}:1.3`);
    await eventually('collecting', () => (world.toldOf(job).includes('collect') ? true : null));
    await world.loseHost(clearing, job, 3);
    world.hostIsGone(true);
    await clearing.result();
    world.hostIsGone(false);
    return clearing.workflowId;
  },
  'forget-job': async (world) => {
    const job = aJob('deleted');
    const { uid, jobId } = job;
    const [hosts, uids] = [[placementAt(1).host], [uid]];
    let held = 1;
    world.script(job, { books: { discard: async () => ({ uids, hosts, held: held-- }) } });
    await world.gateway.forgetJob({ uid, jobId, done: [] });
    const forgetting = world.client.workflow.getHandle(`forget:${uid}`);
    await forgetting.result();
    return forgetting.workflowId;
  },
};
