import { WorkflowFailedError } from '@temporalio/client';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { AdmitScheduledInput } from '../../model/scheduled-run.ts';
import { anExit } from '../scheduling/builders.ts';
import { eventually } from '../support/child.ts';
import { aJob, openWorld, type World } from './world.ts';

let world: World;
beforeAll(async () => {
  world = await openWorld();
});
afterAll(() => world.close());

const admitting = (job: ReturnType<typeof aJob>) => ({
  admitScheduled: async () => ({ kind: 'admitted', input: job }) as const,
});
const opened = (job: ReturnType<typeof aJob>): Promise<true> =>
  eventually('its job has begun', () => (world.toldOf(job).includes('openRun') ? true : null));
const failureOf = (run: { result(): Promise<unknown> }): Promise<unknown> =>
  run.result().then(
    () => null,
    (error: unknown) => (error instanceof WorkflowFailedError ? error.cause : error),
  );

describe('the run of a schedule', () => {
  it('admits its job by itself as starter, is open as long as the job, and ends with it', async () => {
    const job = aJob('child');
    const schedule = aJob('nightly').uid;
    let asked: AdmitScheduledInput | undefined;
    const run = await world.fire(schedule, {
      admitScheduled: async (input) => {
        asked = input;
        return { kind: 'admitted', input: job };
      },
    });
    await opened(job);
    expect((await run.describe()).status.name).toBe('RUNNING');
    expect(asked).toMatchObject({ starter: { workflowId: run.workflowId, runId: run.firstExecutionRunId } });
    const child = await world.handle(job).describe();
    expect(child.memo).toEqual({ uid: job.uid });
    expect(child.searchAttributes).toMatchObject({ Project: ['p'], Owner: ['ann'], Pool: ['default'] });
    await world.place(job, 1);
    expect(await run.result()).toMatchObject({ jobId: job.jobId });
    expect(await world.outcome(job)).toMatchObject({ state: 'succeeded' });
  });

  it('fails as its job does', async () => {
    const job = aJob('failing');
    world.script(job, { host: { run: async () => ({ kind: 'exited', exit: anExit({ exitCode: 3 }) }) } });
    const run = await world.fire(aJob('nightly').uid, admitting(job));
    await opened(job);
    await world.place(job, 1);
    expect(await failureOf(run)).toMatchObject({ type: 'exit_nonzero' });
  });

  it('asks again while the queue is full', async () => {
    const job = aJob('patient');
    const schedule = aJob('nightly').uid;
    let asked = 0;
    await world.fire(schedule, {
      admitScheduled: async () =>
        (asked += 1) === 1 ? { kind: 'queue_full', limit: 7 } : { kind: 'admitted', input: job },
    });
    await opened(job);
    expect(world.toldOfSchedule(schedule)).toEqual(['admitScheduled', 'admitScheduled']);
  });

  it('keeps the reason of a run that was cancelled while the queue was full, and starts no job', async () => {
    const schedule = aJob('nightly').uid;
    const run = await world.fire(schedule, { admitScheduled: async () => ({ kind: 'queue_full', limit: 7 }) });
    await eventually('asked', () => (world.toldOfSchedule(schedule).length > 0 ? true : null));
    await run.cancel();
    expect(await run.result()).toMatchObject({ jobId: null });
    expect(world.toldOfSchedule(schedule).at(-1)).toBe(
      'recordSkippedRun: cancelled in Temporal while the queue was full',
    );
  });

  it('does nothing where the ledger says so', async () => {
    const because = 'the schedule was deleted';
    const run = await world.fire(aJob('nightly').uid, { admitScheduled: async () => ({ kind: 'skipped', because }) });
    expect(await run.result()).toEqual({ jobId: null, sentence: `Skipped: ${because}` });
  });

  it('cancels its job when it is cancelled, and waits for its end', async () => {
    const job = aJob('cancelled');
    const run = await world.fire(aJob('nightly').uid, admitting(job));
    await opened(job);
    await run.cancel();
    await failureOf(run);
    expect((await run.describe()).status.name).toBe('CANCELLED');
    expect(await world.outcome(job)).toMatchObject({ state: 'cancelled' });
  });

  it('has its job cancelled when it is terminated', async () => {
    const job = aJob('orphan');
    const run = await world.fire(aJob('nightly').uid, admitting(job));
    await opened(job);
    await run.terminate();
    expect(await world.outcome(job)).toMatchObject({ state: 'cancelled' });
  });
});
