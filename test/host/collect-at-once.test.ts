import type { Readable } from 'node:stream';
import { setTimeout as sleep } from 'node:timers/promises';
import { MockActivityEnvironment } from '@temporalio/testing';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { RunInput } from '../../activities/contract.ts';
import { createHostActivities } from '../../activities/host/create-host-activities.ts';
import { containersOf } from '../../activities/host/replica-containers.ts';
import { digestSchema } from '../../model/ids.ts';
import type { ReplicaRef } from '../../model/replica.ts';
import { aContainer, aHost, aReplica, type HostFixture } from './host-fixture.ts';

let host: HostFixture;
beforeAll(async () => {
  host = await aHost();
});
afterAll(() => host.clean());

const activities = (deps = host.deps) => createHostActivities(deps);
const inActivity = <T>(work: () => Promise<T>): Promise<T> => new MockActivityEnvironment().run(work);
const runInput = (replica: ReplicaRef): RunInput => ({
  replica,
  engineId: host.engineId,
  specDigest: digestSchema.parse(`sha256:${'0'.repeat(64)}`),
  bundleDigest: null,
  gpuIds: [],
  runTimeoutSec: null,
  stop: { signal: null, graceSec: 1 },
});

describe('an ended job', () => {
  it('is collected with its end when that takes no time, and no second time', async () => {
    const replica = aReplica();
    host.submit(replica, aContainer({ command: ['sh', '-c', 'echo brief'] }));
    const { host: on, control } = activities(host.restarted());
    const ran = await inActivity(() => on.run(runInput(replica)));
    expect(ran).toMatchObject({ kind: 'exited', collected: { artifactsDigest: null, incomplete: null } });
    expect(host.controlPlane.text(replica, 'stdout').toString()).toBe('brief\n');
    expect(await containersOf(host.engine, replica)).toEqual([]);
    const task = { replica, engineId: host.engineId, bundleDigest: null };
    const { collected } = ran.kind === 'exited' ? ran : { collected: null };
    expect(await inActivity(() => on.collect(task))).toEqual(collected);
    expect(await inActivity(() => on.run(runInput(replica)))).toEqual(ran);
    const stopped = await inActivity(() => control.ensureStopped({ ...task, stop: { signal: null, graceSec: 1 } }));
    expect(stopped).toEqual({ kind: 'gone', was: 'exited', exit: ran.kind === 'exited' ? ran.exit : null });
  });

  it('ends before what it left is in, when that takes its time', async () => {
    const replica = aReplica();
    host.submit(
      replica,
      aContainer({
        command: ['sh', '-c', 'mkdir -p /r/artifacts; echo weights > /r/artifacts/model'],
        mounts: [{ kind: 'bind', source: `${host.directory}/archive/${replica.jobId}`, target: '/r', mode: 'rw' }],
      }),
    );
    const deps = host.restarted();
    const slow = {
      ...deps,
      controlPlane: {
        ...deps.controlPlane,
        writeBlob: async (content: Readable) => {
          await sleep(1_000);
          return deps.controlPlane.writeBlob(content);
        },
      },
    };
    const { host: on } = activities(slow);
    const ran = await inActivity(() => on.run(runInput(replica)));
    expect(ran).toMatchObject({ kind: 'exited' });
    expect(ran).not.toHaveProperty('collected');
    const task = { replica, engineId: host.engineId, bundleDigest: null };
    expect(await inActivity(() => on.collect(task))).toMatchObject({
      artifactsDigest: expect.stringMatching(/^sha256:/),
    });
  });
});
