import { setTimeout as sleep } from 'node:timers/promises';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { Engine } from '../../activities/docker/engine.ts';
import { ensureStopped } from '../../activities/host/ensure-stopped.ts';
import { runReplica } from '../../activities/host/run.ts';
import { LongshoreError } from '../../model/error.ts';
import { digestSchema } from '../../model/ids.ts';
import type { ReplicaRef } from '../../model/replica.ts';
import { hostConfigSchema } from '../../worker/host/host-config.ts';
import { createHello } from '../../worker/host/say-hello.ts';
import { eventually } from '../support/child.ts';
import { dockerSocket } from '../support/environment.ts';
import { aContainer, aHost, aReplica, silent, type HostFixture } from './host-fixture.ts';

let host: HostFixture;
beforeAll(async () => {
  host = await aHost();
});
afterAll(() => host.clean());

const specDigest = digestSchema.parse(`sha256:${'0'.repeat(64)}`);
const stop = { signal: null, graceSec: 0 };
const runs = (replica: ReplicaRef) => {
  const task = { replica, engineId: host.engineId, specDigest, bundleDigest: null };
  return runReplica(host.deps, { ...task, gpuIds: [], runTimeoutSec: null, stop }, () => undefined);
};
const hello = ({ engine, abort }: { readonly engine?: Engine; readonly abort?: AbortSignal } = {}) =>
  createHello({
    config: hostConfigSchema.parse({
      ...{ name: 'testhost', pool: 'default', slots: 1, labels: {}, lostAfterMs: 60_000, allowedRoots: [] },
      ...{ dataDir: host.directory, workDir: host.directory, archiveDir: host.directory },
      ...{ docker: { socketPath: dockerSocket() }, temporal: { address: 'nowhere', namespace: 'default' } },
      ...{ server: { url: 'nowhere', token: 't' }, gpuIds: [], cpuMilli: null, memoryBytes: null },
    }),
    ...{ engine: engine ?? host.engine, journal: host.deps.journal, controlPlane: host.controlPlane, log: silent },
    ...{ listGpus: async () => [], incarnation: 'i1', abort: abort ?? new AbortController().signal },
  });

describe('a hello', () => {
  it('says what is held when the server answers, not when it was first asked', async () => {
    const replica = aReplica();
    host.submit(replica, aContainer({ command: ['sleep', '600'] }));
    const ended = runs(replica);
    await eventually('it runs', () => (host.deps.journal.entry(replica)?.phase === 'started' ? true : null));
    host.controlPlane.down = true;
    const said = hello()('s1');
    await sleep(1_200);
    await ensureStopped(host.deps, { replica, engineId: host.engineId, stop });
    host.controlPlane.down = false;
    await said;
    await ended;
    const held = host.controlPlane.hellos.map((each) => each.held.filter(({ uid }) => uid === replica.uid));
    expect(held).toMatchObject([[{ phase: 'closed', containerRunning: false }]]);
  });

  it('has a new host refuse what was given before it was taken in: its name had another host then', async () => {
    host.controlPlane.given = { generation: 1, counter: 6 };
    await hello()('s2');
    await hello()('s2');
    expect(host.controlPlane.hellos.at(-1)?.highestEpoch).toEqual({ generation: 1, counter: 6 });
    const [before, after] = [aReplica({ counter: 6 }), aReplica({ counter: 7 })];
    for (const replica of [before, after]) host.submit(replica, aContainer());
    expect(await runs(before)).toMatchObject({ kind: 'refused' });
    expect(await runs(after)).toMatchObject({ kind: 'exited' });
    await hello()('s3');
    expect(host.controlPlane.hellos.at(-1)?.highestEpoch).toEqual({ generation: 1, counter: 7 });
  });

  it('asks an engine that answers but lists nothing with pauses between, and no more once it is to end', async () => {
    let lists = 0;
    const list = async (): Promise<never> => {
      lists += 1;
      await sleep(1);
      throw new LongshoreError('engine_unreachable', 'the socket closed');
    };
    const ending = new AbortController();
    const engine: Engine = { ...host.engine, list };
    const said = hello({ engine, abort: ending.signal })('s4').then(
      () => 'accepted',
      () => 'ended',
    );
    await sleep(1_000);
    expect(lists).toBeGreaterThan(0);
    expect(lists).toBeLessThan(10);
    ending.abort();
    expect(await said).toBe('ended');
    const before = lists;
    await sleep(300);
    expect(lists).toBe(before);
  });
});
