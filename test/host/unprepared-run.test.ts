import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { HostTask, NeedsPrepare, RunResult } from '../../activities/contract.ts';
import { ensureStopped } from '../../activities/host/ensure-stopped.ts';
import type { HostDeps } from '../../activities/host/host-deps.ts';
import { prepareReplica } from '../../activities/host/prepare.ts';
import { containersOf } from '../../activities/host/replica-containers.ts';
import { runReplica } from '../../activities/host/run.ts';
import { digestSchema } from '../../model/ids.ts';
import type { ContainerSpec } from '../../model/job-spec.ts';
import type { ReplicaRef } from '../../model/replica.ts';
import { aContainer, aHost, aReplica, type HostFixture } from './host-fixture.ts';

let host: HostFixture;
beforeAll(async () => {
  host = await aHost();
});
afterAll(() => host.clean());

const submitted = (over: Partial<ContainerSpec> = {}): ReplicaRef => {
  const replica = aReplica();
  host.submit(replica, aContainer(over));
  return replica;
};
const task = (replica: ReplicaRef): HostTask => ({ replica, engineId: host.engineId });
const digests = { specDigest: digestSchema.parse(`sha256:${'0'.repeat(64)}`), bundleDigest: null };
const STOP = { signal: null, graceSec: 1 };
const run = (replica: ReplicaRef, deps: HostDeps = host.deps): Promise<RunResult | NeedsPrepare> =>
  runReplica(
    deps,
    { ...task(replica), ...digests, gpuIds: [], runTimeoutSec: null, stop: STOP, unprepared: true },
    () => undefined,
  );
const prepare = (replica: ReplicaRef) => prepareReplica(host.deps, { ...task(replica), ...digests }, () => undefined);

describe('a run that nothing was prepared for', () => {
  it('runs where the image is at hand', async () => {
    expect(await run(submitted())).toMatchObject({ kind: 'exited', exit: { exitCode: 0 } });
  });

  it('asks for that where the image is not, and leaves no trace', async () => {
    const replica = submitted({ image: 'no-such-image:1' });
    expect(await run(replica)).toEqual({ kind: 'needs_prepare' });
    expect(host.deps.journal.entry(replica)).toBeNull();
    expect(await containersOf(host.engine, replica)).toEqual([]);
  });

  it('leaves it to the preparing to say what is wrong', async () => {
    const replica = submitted({ mounts: [{ kind: 'bind', source: '/etc', target: '/s', mode: 'rw' }] });
    expect(await run(replica)).toEqual({ kind: 'needs_prepare' });
    expect(await prepare(replica)).toMatchObject({ kind: 'failed', reason: 'mount_refused' });
  });

  it('goes on with what it began, without looking again for what that took', async () => {
    const replica = submitted({ command: ['sh', '-c', 'exit 4'] });
    const ended = await run(replica);
    expect(ended).toMatchObject({ kind: 'exited', exit: { exitCode: 4 } });
    host.submit(replica, aContainer({ image: 'gone-since:1' }));
    expect(await run(replica, host.restarted())).toEqual(ended);
  });

  it('starts nothing of a closed placement', async () => {
    const replica = submitted();
    await ensureStopped(host.deps, { ...task(replica), stop: STOP });
    expect(await run(replica)).toMatchObject({ kind: 'refused' });
    expect(await containersOf(host.engine, replica)).toEqual([]);
  });
});
