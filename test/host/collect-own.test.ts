import { mkdir, writeFile } from 'node:fs/promises';
import { MockActivityEnvironment } from '@temporalio/testing';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { createHostActivities } from '../../activities/host/create-host-activities.ts';
import { containersOf } from '../../activities/host/replica-containers.ts';
import { runReplica } from '../../activities/host/run.ts';
import type { CollectResult } from '../../model/bookkeeping.ts';
import { LongshoreError } from '../../model/error.ts';
import { digestSchema } from '../../model/ids.ts';
import type { ReplicaRef } from '../../model/replica.ts';
import { aContainer, aHost, aReplica, type HostFixture } from './host-fixture.ts';

let host: HostFixture;
beforeAll(async () => {
  host = await aHost();
});
afterAll(() => host.clean());

const stop = { signal: null, graceSec: 1 };
const specDigest = digestSchema.parse(`sha256:${'0'.repeat(64)}`);

/** Its container has ended, and is still to be collected. */
const anEnded = async () => {
  const replica = aReplica();
  const folder = `${host.directory}/archive/${replica.jobId}`;
  const mounts = [{ kind: 'bind', source: folder, target: '/r', mode: 'rw' }] as const;
  const script = 'echo printed; mkdir -p /r/artifacts; echo mine > /r/artifacts/model';
  host.submit(replica, aContainer({ command: ['sh', '-c', script], mounts: [...mounts] }));
  const task = { replica, engineId: host.engineId, bundleDigest: null };
  await runReplica(host.restarted(), { ...task, specDigest, gpuIds: [], runTimeoutSec: null, stop }, () => undefined);
  return { replica, folder };
};
const collect = (
  replica: ReplicaRef,
  over: { readonly isStray?: true } = {},
  deps = host.restarted(),
): Promise<CollectResult> => {
  const { host: on } = createHostActivities(deps);
  const input = { replica, engineId: host.engineId, bundleDigest: null, ...over };
  return new MockActivityEnvironment().run(() => on.collect(input));
};

describe("what is collected is the placement's own", () => {
  it('where a later run has the folder of the job by now', async () => {
    const { replica, folder } = await anEnded();
    const later = aReplica({ jobId: replica.jobId, uid: replica.uid, counter: 2 });
    expect(await host.deps.artifacts.claim(later)).toBe(true);
    await mkdir(`${folder}/artifacts`);
    await writeFile(`${folder}/artifacts/model`, 'of the later run');
    expect(await collect(replica)).toMatchObject({
      artifactsDigest: null,
      incomplete: expect.stringContaining('moved aside'),
    });
    expect(await host.deps.artifacts.ownerOf(later)).toBe('this');
  });

  it('where it never started and an earlier run left something', async () => {
    const { replica } = await anEnded();
    const never = aReplica({ jobId: replica.jobId });
    expect(await collect(never)).toMatchObject({ artifactsDigest: null, incomplete: null });
    expect(await collect(replica)).toMatchObject({ artifactsDigest: expect.stringMatching(/^sha256:/) });
  });

  it('and nothing where the job was deleted and its container is gone', async () => {
    const unknown = new LongshoreError('unknown_job', 'no such job');
    const deps = host.restarted();
    const controlPlane = { ...deps.controlPlane, finishLog: () => Promise.reject(unknown) };
    expect(await collect(aReplica(), {}, { ...deps, controlPlane })).toMatchObject({ artifactsDigest: null });
  });
});

describe('a stray', () => {
  it('has its log kept, and nothing uploaded that lies in the folder of its job', async () => {
    const { replica } = await anEnded();
    const blobs = host.controlPlane.blobs.size;
    expect(await collect(replica, { isStray: true })).toMatchObject({ artifactsDigest: null, incomplete: null });
    expect(host.controlPlane.blobs.size).toBe(blobs);
    expect(host.controlPlane.text(replica, 'stdout').toString()).toBe('printed\n');
    expect(await containersOf(host.engine, replica)).toEqual([]);
  });

  it('of which nothing is left does not end the log of its attempt, which may run elsewhere', async () => {
    const replica = aReplica();
    await collect(replica, { isStray: true });
    expect(host.controlPlane.log(replica).finished).toBe(false);
  });
});
