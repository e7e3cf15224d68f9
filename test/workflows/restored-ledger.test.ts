import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { OpenRunResult } from '../../model/bookkeeping.ts';
import type { Outcome } from '../../model/job-record.ts';
import type { JobInput } from '../../model/workflow-messages.ts';
import { eventually } from '../support/child.ts';
import { aJob, openWorld, type World } from './world.ts';

let world: World;
beforeAll(async () => {
  world = await openWorld();
});
afterAll(() => world.close());

const WAITS = 'restate waits attempt 1 claimed none';
const said = (job: JobInput): number => world.toldOf(job).filter((what) => what === WAITS).length;
const says = (job: JobInput, times: number): Promise<true> =>
  eventually(`it said ${times} times where it stands`, () => (said(job) >= times ? true : null));
const GO: OpenRunResult = { kind: 'go', attempt: 1, placement: null, exit: null };
const ABSENT: OpenRunResult = { kind: 'absent' };

describe('a job whose first question meets a ledger that is older than it', () => {
  it('says what it is, asks again and is placed as any other', async () => {
    const job = aJob('lacking');
    await world.start(job, { books: { openRun: async () => (said(job) === 0 ? ABSENT : GO) } });
    await says(job, 1);
    await world.place(job, 1);
    expect(await world.outcome(job)).toMatchObject({ state: 'succeeded' });
    expect(world.toldOf(job).slice(0, 4)).toEqual(['openRun', WAITS, 'openRun', 'claim 1']);
  });

  it('ends as that ledger says where it does not have what the job is to run', async () => {
    const job = aJob('specless');
    const outcome: Outcome = { state: 'failed', reason: 'lost_in_restore', sentence: 'Submit it again.', exit: null };
    await world.start(job, {
      books: { openRun: async () => (said(job) === 0 ? ABSENT : { kind: 'ended', outcome }) },
    });
    await expect(world.handle(job).result()).rejects.toMatchObject({ cause: { type: 'lost_in_restore' } });
    expect(world.toldOf(job)).toEqual(['openRun', WAITS, 'openRun']);
  });

  it('says so again when it is asked to, where another job goes by its id, and may be cancelled meanwhile', async () => {
    const restate = (job: JobInput) => async () =>
      said(job) < 2 ? ({ kind: 'not_now', because: 'of another' } as const) : ({ kind: 'restated' } as const);
    const [heard, cancelled] = [aJob('heard'), aJob('cancelled')];
    for (const job of [heard, cancelled]) {
      const books = { openRun: async () => (said(job) < 2 ? ABSENT : GO), restate: restate(job) };
      await world.start(job, { books });
      await says(job, 1);
    }
    await world.gateway.askToRestate(heard.jobId, heard.uid);
    await says(heard, 2);
    await world.place(heard, 1);
    expect(await world.outcome(heard)).toMatchObject({ state: 'succeeded' });
    await world.handle(cancelled).cancel();
    await world
      .handle(cancelled)
      .result()
      .catch(() => undefined);
    expect((await world.handle(cancelled).describe()).status.name).toBe('CANCELLED');
    expect(world.toldOf(cancelled)).toEqual(['openRun', WAITS]);
  });
});
