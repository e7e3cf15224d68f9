import fc from 'fast-check';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { redisCommands } from '../../activities/trackers/redis-commands.ts';
import { RedisTracker } from '../../activities/trackers/redis-tracker.ts';
import type { TrackerEvent } from '../../model/tracker-event.ts';
import { startRedisServer, type RedisServer } from '../support/redis-server.ts';
import { anEvent } from './builders.ts';
import { trackerContract } from './tracker-contract.ts';

const PASSWORD = 'a-password-that-nobody-must-see';
let server: RedisServer;
beforeAll(async () => {
  server = await startRedisServer(PASSWORD);
});
afterAll(() => server.stop());
beforeEach(() => server.command('FLUSHALL'));

const newTracker = (password = PASSWORD): RedisTracker =>
  new RedisTracker({ host: '127.0.0.1', port: server.port, database: 0, username: null, password, tls: false });

trackerContract(() =>
  Promise.resolve({
    tracker: newTracker(),
    another: newTracker(),
    state: server.contents,
    down: server.kill,
    up: server.start,
    freeze: server.freeze,
    thaw: server.thaw,
    remove: () => Promise.resolve(),
  }),
);

describe('the Redis tracker', () => {
  const never = new AbortController().signal;
  const after = async (...events: readonly TrackerEvent[]): Promise<Readonly<Record<string, unknown>>> => {
    const tracker = newTracker();
    await tracker.deliver(events, never);
    await tracker.close();
    const held = { ...(await server.contents()) };
    delete held['longshore:tracker:ledger-1'];
    return held;
  };
  const queued = {
    'jobs:job:creation_time': '1800000000',
    'jobs:job:project': 'vision',
    'jobs:job:state': 'queued',
    'jobs:job:user': 'ada',
    'project:vision:jobs:queued': ['job'],
    'project:vision:jobs:running': ['job'],
    'projects:global:jobs:queued': ['job'],
    projects: [{ value: 'vision', score: 1_800_000_000 }],
  };
  const running = {
    'jobs:job:creation_time': '1800000000',
    'jobs:job:project': 'vision',
    'jobs:job:start_time': '1800000000.25',
    'jobs:job:state': 'running',
    'jobs:job:user': 'ada',
    'project:vision:jobs:running': ['job'],
    projects: [{ value: 'vision', score: 1_800_000_000 }],
  };
  const ended = (state: string) => ({
    ...running,
    'jobs:job:completed_time': '1800000000.5',
    'jobs:job:state': state,
  });

  it('keeps exactly the keys that the SDK reads, through a job’s whole way', async () => {
    expect(await after(anEvent('queued'))).toEqual(queued);
    expect(await after(anEvent('running'))).toEqual(running);
    expect(await after(anEvent('completed'))).toEqual(ended('completed'));
    const later = { admittedAtMs: 1_900_000_000_000 };
    expect(await after(anEvent('queued', 'job', later))).toEqual({
      ...queued,
      'jobs:job:creation_time': '1900000000',
    });
    for (const kind of ['failed', 'cancelled', 'skipped'] as const) {
      expect(await after(anEvent(kind))).toEqual(ended('failed'));
    }
  });

  it('lists the runs of a schedule, and leaves nothing of a deleted job but its project', async () => {
    const monitorName = 'nightly';
    const key = 'projects:vision:monitors:nightly:jobs';
    expect(await after(anEvent('queued', 'job', { monitorName }))).toEqual({ ...queued, [key]: ['job'] });
    for (const rest of ['parameters', 'input_parameters', 'metrics', 'user_artifact_metadata']) {
      await server.command('RPUSH', `jobs:job:${rest}`, 'x');
    }
    expect(
      await after(anEvent('completed', 'job', { monitorName }), anEvent('deleted', 'job', { monitorName })),
    ).toEqual({
      projects: queued.projects,
    });
  });

  it('moves an id that comes again to the project it came with', async () => {
    const held = await after(anEvent('queued'), anEvent('completed'), anEvent('queued', 'job', { project: 'speech' }));
    expect(held['project:speech:jobs:running']).toEqual(['job']);
    expect(held).not.toHaveProperty('project:vision:jobs:running');
  });

  it('takes the same job from two ledgers, each in its own order', async () => {
    const other = { ledger: 'ledger-2', id: 5 };
    expect(await after(anEvent('queued'))).toMatchObject({ 'jobs:job:state': 'queued' });
    const held = await after(anEvent('running', 'job', other), anEvent('completed', 'job', { ...other, id: 6 }));
    expect(held).toMatchObject({ 'jobs:job:state': 'completed', 'longshore:tracker:ledger-2': '6' });
  });

  it('says what is wrong, and never its password', async () => {
    const failure = await newTracker('another-password')
      .deliver([anEvent('queued')], never)
      .catch((error: unknown) => error);
    expect(String(failure)).toMatch(/127\.0\.0\.1:\d+.*WRONGPASS/);
    expect(JSON.stringify(failure, Object.getOwnPropertyNames(failure))).not.toContain('another-password');
  });

  it('ends as if every event had come once and in order, however often any stretch of them came', async () => {
    const kinds = ['queued', 'running', 'completed', 'failed', 'deleted'] as const;
    const happened = fc.array(
      fc.record({
        kind: fc.constantFrom(...kinds),
        jobId: fc.constantFrom('a', 'b'),
        project: fc.constantFrom('p', 'q'),
      }),
      { minLength: 1, maxLength: 12 },
    );
    const replays = fc.array(fc.tuple(fc.nat(12), fc.nat(12)), { maxLength: 4 });
    await fc.assert(
      fc.asyncProperty(happened, replays, async (steps, again) => {
        const events = steps.map(({ kind, jobId, project }) => anEvent(kind, jobId, { project }));
        await server.command('FLUSHALL');
        const once = await after(...events);
        await server.command('FLUSHALL');
        const tracker = newTracker();
        let reached = 0;
        for (const [from, length] of again) {
          const start = Math.min(from, reached);
          await tracker.deliver(events.slice(start, start + length), never);
          reached = Math.max(reached, Math.min(start + length, events.length));
        }
        await tracker.deliver(events.slice(reached), never);
        await tracker.close();
        expect(await after(...events.slice(0, 3))).toEqual(once);
      }),
      { numRuns: 25 },
    );
  });

  it('plans for each event the same commands, whatever was there', () => {
    const event = anEvent('running');
    expect(redisCommands(event, 'vision')).toEqual(redisCommands(event, null));
  });
});
