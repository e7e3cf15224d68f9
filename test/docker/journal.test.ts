import { fork } from 'node:child_process';
import { once } from 'node:events';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import fc from 'fast-check';
import Database from 'libsql';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import type { Journal } from '../../activities/docker/journal.ts';
import { openJournal } from '../../activities/docker/sqlite-journal.ts';
import type { Exit } from '../../model/replica.ts';
import { compareEpochs } from '../../scheduling/epoch.ts';
import { aReplica } from '../host/host-fixture.ts';
import { sqliteRowsSaying } from '../support/sqlite-rows.ts';

const limit = { runTimeoutSec: 60, stop: { signal: 'SIGINT', graceSec: 3 } };
const exit: Exit = { exitCode: 1, oomKilled: false, signal: null, startedAtMs: 1, finishedAtMs: 2, endedBy: 'itself' };

let directory: string;
let journal: Journal;
beforeEach(async () => {
  directory = await mkdtemp(join(tmpdir(), 'longshore-journal-'));
  journal = openJournal(join(directory, 'journal.db'));
});
afterEach(async () => {
  journal.shut();
  await rm(directory, { recursive: true, force: true });
});
const reopened = (): Journal => {
  journal.shut();
  journal = openJournal(join(directory, 'journal.db'));
  return journal;
};

const rowsNaming = (word: string) => sqliteRowsSaying(join(directory, 'journal.db'), [word]);

describe('the journal', () => {
  it('counts as closed what was given before it began, by the first word on that, and nothing where it is older', () => {
    const [before, after] = [aReplica({ counter: 4 }), aReplica({ counter: 9 })];
    expect(journal.closedEpoch(before)).toBeNull();
    journal.beganAfter({ generation: 1, counter: 5 });
    reopened().beganAfter({ generation: 1, counter: 8 });
    expect(journal.closedEpoch(before)).toEqual({ generation: 1, counter: 5 });
    journal.close(after, 1);
    expect(journal.closedEpoch(after)).toEqual(after.epoch);
    journal.close(before, 1);
    expect(journal.closedEpoch(before)).toEqual({ generation: 1, counter: 5 });
    const old = new Database(join(directory, 'journal.db'));
    old.exec('DELETE FROM beginning; DELETE FROM closed');
    old.close();
    reopened().beganAfter({ generation: 1, counter: 8 });
    expect(journal.closedEpoch(before)).toBeNull();
  });

  it('has seen what was given before it began, so that a ledger that gives less goes above that', () => {
    expect(journal.highestEpoch()).toBeNull();
    journal.beganAfter({ generation: 3, counter: 20_000 });
    expect(journal.highestEpoch()).toEqual({ generation: 3, counter: 20_000 });
    journal.sawEpoch({ generation: 3, counter: 7 });
    expect(reopened().highestEpoch()).toEqual({ generation: 3, counter: 20_000 });
    journal.sawEpoch({ generation: 4, counter: 1 });
    expect(reopened().highestEpoch()).toEqual({ generation: 4, counter: 1 });
  });

  it('keeps phases, limits and results through a reopening', () => {
    const replica = aReplica();
    journal.created(replica, 'c1', limit);
    expect(reopened().entry(replica)).toMatchObject({ phase: 'created', containerId: 'c1', limit, result: null });
    journal.starting(replica);
    expect(reopened().entry(replica)?.phase).toBe('starting');
    journal.started(replica, 'c1', null);
    journal.ending(replica, 'deadline');
    journal.ending(replica, 'stop');
    expect(reopened().entry(replica)).toMatchObject({ phase: 'started', limit, endedBy: 'deadline' });
    const usage = { cpuSeconds: 1, memoryPeakBytes: null, samples: 1 };
    journal.settle(replica, { kind: 'exited', exit }, usage, 5);
    expect(reopened().entry(replica)).toMatchObject({
      replica,
      phase: 'closed',
      result: { kind: 'exited', exit },
      usage,
    });
    expect(journal.closedEpoch(replica)).toEqual(replica.epoch);
    expect(journal.entries()).toHaveLength(1);
    const collected = { artifactsDigest: null, usage, incomplete: null };
    journal.collected(replica, collected, 6);
    expect(reopened().entry(replica)?.collected).toEqual(collected);
    expect(journal.entries()).toEqual([]);
  });

  it('never lowers what is closed or was seen, in whatever order epochs come', () => {
    const epochs = fc.array(fc.record({ generation: fc.integer({ min: 1, max: 3 }), counter: fc.nat(5) }), {
      minLength: 1,
      maxLength: 8,
    });
    fc.assert(
      fc.property(epochs, (all) => {
        const replica = aReplica();
        for (const epoch of all) {
          journal.close({ ...replica, epoch }, 1);
          journal.sawEpoch(epoch);
        }
        const highest = all.toSorted(compareEpochs).at(-1);
        expect(journal.closedEpoch(replica)).toEqual({ ...highest });
        const seen = journal.highestEpoch();
        expect(seen !== null && highest !== undefined && compareEpochs(seen, highest) >= 0).toBe(true);
      }),
      { numRuns: 30 },
    );
  });

  it('closes one replica without closing its neighbour', () => {
    const replica = aReplica();
    journal.close(replica, 1);
    expect(journal.closedEpoch({ ...replica, replica: 1 })).toBeNull();
  });

  it('closes the entries of lower epochs too', () => {
    const older = aReplica();
    journal.created(older, 'c', limit);
    journal.close({ ...older, epoch: { generation: 1, counter: 9 } }, 1);
    expect(journal.entry(older)?.phase).toBe('closed');
  });

  it('forgets what was closed more than 30 days ago, and nothing else', () => {
    const day = 24 * 3600 * 1000;
    const [old, young] = [aReplica(), aReplica()];
    journal.close(old, 1);
    journal.close(young, 20 * day);
    journal.prune(31 * day);
    expect(journal.closedEpoch(old)).toBeNull();
    expect(journal.closedEpoch(young)).toEqual(young.epoch);
  });

  it('keeps of a deleted job no more than what refuses a late start and answers a late collect', () => {
    const [deleted, other] = [aReplica(), aReplica()];
    const retried = { ...deleted, attempt: 2, epoch: { generation: 1, counter: 2 } };
    const collected = { artifactsDigest: null, usage: null, incomplete: null };
    for (const replica of [deleted, other]) {
      journal.created(replica, 'c', limit);
      journal.settle(replica, { kind: 'exited', exit }, null, 5);
      journal.collected(replica, collected, 6);
    }
    journal.created(retried, 'c2', limit);
    journal.startFailed(retried, 'no such network', 7);
    journal.forget(deleted.uid);
    expect(reopened().entry(deleted)).toMatchObject({ result: null, usage: null, containerId: null, collected });
    expect(journal.closedEpoch(deleted)).toEqual(deleted.epoch);
    expect(journal.entry(other)).toMatchObject({ replica: other, result: { kind: 'exited' }, collected });
    // Still to be collected.
    expect(journal.entry(retried)).toMatchObject({ replica: retried, phase: 'created' });
    journal.collected(retried, collected, 8);
    journal.forget(deleted.uid);
    expect(journal.closedEpoch(deleted)).toEqual(retried.epoch);
    expect(rowsNaming(deleted.jobId)).toEqual([]);
    expect(rowsNaming(other.jobId)).toHaveLength(1);
    journal.prune(32 * 24 * 3600 * 1000 + Date.now());
    expect(rowsNaming(deleted.uid)).toEqual([]);
  });

  it('has what a process wrote that was killed in the next moment', async () => {
    const replica = aReplica();
    journal.shut();
    const child = fork(fileURLToPath(new URL('./journal-writer.js', import.meta.url)), [
      join(directory, 'journal.db'),
      JSON.stringify(replica),
    ]);
    await once(child, 'message');
    child.kill('SIGKILL');
    await once(child, 'exit');
    journal = openJournal(join(directory, 'journal.db'));
    expect(journal.entry(replica)).toMatchObject({ phase: 'starting', containerId: 'c1' });
    expect(journal.highestEpoch()).toEqual(replica.epoch);
    expect(journal.pending()).toEqual([{ workflowId: 'job:x', runId: 'r', activityId: '1' }]);
    for (const activity of journal.pending()) journal.ended(activity);
    expect(journal.pending()).toEqual([]);
  });
});
