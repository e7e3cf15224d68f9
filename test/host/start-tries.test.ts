import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import type { Journal } from '../../activities/docker/journal.ts';
import { openJournal } from '../../activities/docker/sqlite-journal.ts';
import { createStartTries } from '../../activities/host/start-tries.ts';
import type { ReplicaRef } from '../../model/replica.ts';
import { aReplica } from './host-fixture.ts';

let directory: string;
let journal: Journal;
beforeEach(async () => {
  directory = await mkdtemp(join(tmpdir(), 'longshore-tries-'));
  journal = openJournal(join(directory, 'journal.db'));
});
afterEach(async () => {
  journal.shut();
  await rm(directory, { recursive: true });
});

const said = (id: number): string => `cannot start ${String(id).repeat(64)}: no`;
const fails = (replica: ReplicaRef, words = said(1)): boolean => createStartTries(journal).isEnough(replica, words);
const limit = { runTimeoutSec: null, stop: { signal: null, graceSec: 1 } };

describe('a start that fails again and again', () => {
  it('is given up at the fifth time in the same words, ids aside', () => {
    const replica = aReplica();
    expect([1, 2, 3, 4, 5].map((id) => fails(replica, said(id)))).toEqual([false, false, false, false, true]);
    expect(fails(replica, 'something else')).toBe(false);
    expect(fails(aReplica())).toBe(false);
  });

  it('is counted on by a host process that was restarted between two tries', () => {
    const replica = aReplica();
    const answers = [1, 2, 3, 4, 5].map((id) => {
      journal.shut();
      journal = openJournal(join(directory, 'journal.db'));
      return fails(replica, said(id));
    });
    expect(answers).toEqual([false, false, false, false, true]);
  });

  it('is forgotten once it started or its placement is closed, and not with another one', () => {
    const [started, closed, kept] = [aReplica(), aReplica(), aReplica()];
    for (const replica of [started, closed, kept]) for (let tries = 0; tries < 4; tries += 1) fails(replica);
    journal.started(started, 'c', limit);
    journal.close(closed, Date.now());
    expect([started, closed, kept].map((replica) => fails(replica))).toEqual([false, false, true]);
  });
});
