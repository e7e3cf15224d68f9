/**
 * Records one history per scenario on a real Temporal server into test/replay/histories/<version>/, to be replayed by
 * every later version of the workflow code. Run once per release, never over an older release's folder:
 * `node dist/test/replay/record-histories.js [<scenario>...]`.
 */
import { Context } from '@temporalio/activity';
import { anExit } from '../scheduling/builders.ts';
import { eventually } from '../support/child.ts';
import { aJob, openWorld, type World } from '../workflows/world.ts';
import { closings, destroyedWhenAskedAgain } from './closing-scenarios.ts';
import { saveHistory } from './save-history.ts';

const WAITS = 'restate waits attempt 1 claimed none';

const scenarios: Readonly<Record<string, (world: World) => Promise<string>>> = {
  'job-succeeds': async (world) => {
    const job = aJob('succeeds');
    await world.start(job);
    await world.place(job, 1);
    await world.outcome(job);
    return world.handle(job).workflowId;
  },
  'job-fails-after-two-attempts': async (world) => {
    const job = aJob('fails', 2);
    await world.start(job, { host: { run: async () => ({ kind: 'exited', exit: anExit({ exitCode: 1 }) }) } });
    await world.place(job, 1);
    await eventually('requeued', () => (world.toldOf(job).includes('record requeue 2') ? true : null));
    await world.place(job, 2);
    await world.outcome(job);
    return world.handle(job).workflowId;
  },
  'job-collected-at-once': async (world) => {
    const job = aJob('at-once');
    const collected = { artifactsDigest: null, usage: null, incomplete: null };
    await world.start(job, { host: { run: async () => ({ kind: 'exited', exit: anExit(), collected }) } });
    await world.place(job, 1);
    await world.outcome(job);
    return world.handle(job).workflowId;
  },
  'job-runs-without-prepare': async (world) => {
    const job = aJob('unprepared');
    await world.start(job);
    await world.place(job, 1);
    await world.outcome(job);
    return world.handle(job).workflowId;
  },
  'job-prepared-after-all': async (world) => {
    const job = aJob('prepared');
    await world.start(job, { host: { prepare: async () => ({ kind: 'ready', imageId: 'i', pulled: true }) } });
    await world.place(job, 1);
    await world.outcome(job);
    return world.handle(job).workflowId;
  },
  'job-cancelled-while-queued': async (world) => {
    const job = aJob('cancel-queued');
    await world.start(job);
    await eventually('opened', () => (world.toldOf(job).includes('openRun') ? true : null));
    await world.gateway.cancelJob(job.jobId, { uid: job.uid, graceSec: null, signal: null, because: 'asked' });
    await world.outcome(job);
    return world.handle(job).workflowId;
  },
  'job-cancelled-while-running': async (world) => {
    const job = aJob('cancel-running');
    const exit = anExit({ exitCode: 143, signal: 'SIGTERM', endedBy: 'stop' });
    let stop = (): void => undefined;
    const stopped = new Promise<void>((resolve) => (stop = resolve));
    await world.start(job, {
      host: {
        run: () => stopped.then(() => ({ kind: 'exited', exit }) as const),
        ensureStopped: async () => {
          stop();
          return { kind: 'gone', was: 'exited', exit };
        },
      },
    });
    await world.place(job, 1);
    await eventually('running', () => (world.toldOf(job).includes('run 1') ? true : null));
    await world.handle(job).cancel();
    await world.outcome(job);
    return world.handle(job).workflowId;
  },
  'job-image-not-found': async (world) => {
    const job = aJob('no-image');
    await world.start(job, {
      host: { prepare: async () => ({ kind: 'failed', reason: 'image_not_found', sentence: 'no such image' }) },
    });
    await world.place(job, 1);
    await world.outcome(job);
    return world.handle(job).workflowId;
  },
  'job-claim-refused': async (world) => {
    const job = aJob('refused');
    await world.start(job, {
      books: {
        claim: async ({ epoch }) =>
          epoch.counter === 1 ? { kind: 'refused', because: 'released' } : { kind: 'claimed' },
      },
    });
    await world.place(job, 1);
    await eventually('requeued', () => (world.toldOf(job).includes('record requeue 1') ? true : null));
    await world.place(job, 2);
    await world.outcome(job);
    return world.handle(job).workflowId;
  },
  'job-refused-epochs': async (world) => {
    const job = aJob('refused-epochs');
    let refusals = 2;
    const run = async () =>
      (refusals -= 1) >= 0
        ? ({ kind: 'refused', because: 'closed' } as const)
        : ({ kind: 'exited', exit: anExit() } as const);
    await world.start(job, { host: { run } });
    const requeues = (): number => world.toldOf(job).filter((what) => what.startsWith('record requeue 1')).length;
    for (const counter of [1, 2]) {
      await world.place(job, counter);
      await eventually('requeued', () => (requeues() === counter ? true : null));
    }
    await world.place(job, 3);
    await world.outcome(job);
    return world.handle(job).workflowId;
  },
  'job-restates-while-queued-and-running': async (world) => {
    const job = aJob('restates');
    let exit = (): void => undefined;
    const exited = new Promise<void>((resolve) => (exit = resolve));
    await world.start(job, {
      host: { run: () => exited.then(() => ({ kind: 'exited', exit: anExit() }) as const) },
    });
    const says = async (what: string): Promise<void> => {
      await world.gateway.askToRestate(job.jobId, job.uid);
      await eventually(what, () => (world.toldOf(job).some((told) => told.startsWith(what)) ? true : null));
    };
    await eventually('opened', () => (world.toldOf(job).includes('openRun') ? true : null));
    await says('restate waits');
    await world.place(job, 1);
    await eventually('running', () => (world.toldOf(job).includes('run 1') ? true : null));
    await says('restate running');
    exit();
    await world.outcome(job);
    return world.handle(job).workflowId;
  },
  'job-that-the-ledger-lacks': async (world) => {
    const job = aJob('lacking');
    let asked = 0;
    await world.start(job, {
      books: {
        openRun: async () =>
          (asked += 1) === 1 ? { kind: 'absent' } : { kind: 'go', attempt: 1, placement: null, exit: null },
        restate: async () =>
          world.toldOf(job).filter((what) => what.startsWith('restate')).length === 1
            ? { kind: 'not_now', because: 'another job goes by the id' }
            : { kind: 'restated' },
      },
    });
    await eventually('it said where it stands', () => (world.toldOf(job).includes(WAITS) ? true : null));
    await world.gateway.askToRestate(job.jobId, job.uid);
    await world.place(job, 1);
    await world.outcome(job);
    return world.handle(job).workflowId;
  },
  'job-of-a-destroyed-host': async (world) => {
    const job = aJob('destroyed');
    await world.start(job, {
      books: { isDestroyed: destroyedWhenAskedAgain() },
      host: { run: () => Context.current().cancelled },
    });
    await world.place(job, 1);
    await eventually('running', () => (world.toldOf(job).includes('run 1') ? true : null));
    await world.loseHost(world.handle(job), job, 1);
    await eventually('asked', () => (world.toldOf(job).includes('isDestroyed 1 box1') ? true : null));
    await world.loseHost(world.handle(job), job, 1);
    await world.outcome(job);
    return world.handle(job).workflowId;
  },
  ...closings,
  'scheduled-run-succeeds': async (world) => {
    const job = aJob('scheduled');
    const run = await world.fire(aJob('nightly').uid, {
      admitScheduled: async () => ({ kind: 'admitted', input: job }),
    });
    await eventually('opened', () => (world.toldOf(job).includes('openRun') ? true : null));
    await world.place(job, 1);
    await run.result();
    return run.workflowId;
  },
  'scheduled-run-waits-and-is-skipped': async (world) => {
    let asked = 0;
    const run = await world.fire(aJob('nightly').uid, {
      admitScheduled: async () =>
        (asked += 1) === 1
          ? { kind: 'queue_full', limit: 5 }
          : { kind: 'skipped', because: 'the schedule was deleted' },
    });
    await run.result();
    return run.workflowId;
  },
  'scheduled-run-cancelled': async (world) => {
    const job = aJob('scheduled-cancelled');
    const run = await world.fire(aJob('nightly').uid, {
      admitScheduled: async () => ({ kind: 'admitted', input: job }),
    });
    await eventually('opened', () => (world.toldOf(job).includes('openRun') ? true : null));
    await run.cancel();
    await run.result().catch(() => undefined);
    return run.workflowId;
  },
};

const world = await openWorld();
try {
  const asked = process.argv.slice(2);
  for (const [name, run] of Object.entries(scenarios)) {
    if (asked.length > 0 && !asked.includes(name)) continue;
    await saveHistory(name, { address: world.address, workflowId: await run(world) });
  }
} finally {
  await world.close();
}
