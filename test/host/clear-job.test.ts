import { existsSync } from 'node:fs';
import { mkdir, readdir, writeFile } from 'node:fs/promises';
import { MockActivityEnvironment } from '@temporalio/testing';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { createHostActivities } from '../../activities/host/create-host-activities.ts';
import type { ReplicaRef } from '../../model/replica.ts';
import { sqliteRowsSaying } from '../support/sqlite-rows.ts';
import { aHost, aReplica, type HostFixture } from './host-fixture.ts';

let host: HostFixture;
beforeAll(async () => {
  host = await aHost();
});
afterAll(() => host.clean());

const folderOf = ({ jobId }: ReplicaRef): string => `${host.directory}/archive/${jobId}`;
const leaves = async (replica: ReplicaRef): Promise<void> => {
  await host.deps.artifacts.claim(replica);
  await mkdir(`${folderOf(replica)}/artifacts`, { recursive: true });
  await writeFile(`${folderOf(replica)}/artifacts/model`, replica.uid);
  await host.deps.artifacts.release(replica);
};
const clear = (replica: ReplicaRef): Promise<void> => {
  const { control } = createHostActivities(host.deps);
  return new MockActivityEnvironment().run(() => control.clear({ jobId: replica.jobId, uids: [replica.uid] }));
};

describe('a deleted job on its host', () => {
  it('leaves no archive folder behind; clearing twice is nothing', async () => {
    const [replica, other] = [aReplica(), aReplica()];
    await leaves(replica);
    await leaves(other);
    await clear(replica);
    expect(existsSync(folderOf(replica))).toBe(false);
    expect(existsSync(folderOf(other))).toBe(true);
    await clear(replica);
  });

  it('is named no more by the journal, which still refuses to start it', async () => {
    const replica = aReplica();
    const { journal } = host.deps;
    journal.created(replica, 'c', { runTimeoutSec: null, stop: { signal: null, graceSec: 1 } });
    journal.settle(replica, { kind: 'refused', because: replica.jobId }, null, Date.now());
    journal.collected(replica, { artifactsDigest: null, usage: null, incomplete: null }, Date.now());
    await clear(replica);
    expect(sqliteRowsSaying(`${host.directory}/journal.db`, [replica.jobId])).toEqual([]);
    expect(journal.closedEpoch(replica)).toEqual(replica.epoch);
  });

  it('leaves what a newer job of the id has made, and nothing of its own', async () => {
    const old = aReplica();
    const newer = aReplica({ jobId: old.jobId });
    await leaves(old);
    await leaves(newer);
    expect(await readdir(folderOf(old))).toHaveLength(2);
    await clear(old);
    expect(await readdir(folderOf(old))).toEqual(['artifacts']);
    await clear(newer);
    expect(existsSync(folderOf(newer))).toBe(false);
  });
});
