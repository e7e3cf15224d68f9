import { readFile, symlink } from 'node:fs/promises';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { NeedsPrepare, RunResult } from '../../activities/contract.ts';
import { createEngineCalls } from '../../activities/docker/engine-calls.ts';
import { containersOf } from '../../activities/host/replica-containers.ts';
import { runReplica } from '../../activities/host/run.ts';
import type { EngineMount } from '../../model/engine-mount.ts';
import { digestSchema } from '../../model/ids.ts';
import type { ContainerSpec } from '../../model/job-spec.ts';
import type { ReplicaRef } from '../../model/replica.ts';
import { dockerSocket } from '../support/environment.ts';
import { aContainer, aHost, aReplica, type HostFixture } from './host-fixture.ts';

const calls = createEngineCalls(dockerSocket());
let host: HostFixture;
beforeAll(async () => {
  host = await aHost();
});
afterAll(() => host.clean());

const run = async (
  script: string,
  over: Partial<ContainerSpec>,
): Promise<{ readonly replica: ReplicaRef; readonly result: RunResult | NeedsPrepare; readonly said: string }> => {
  const replica = aReplica();
  host.submit(replica, aContainer({ command: ['sh', '-c', script], ...over }));
  const input = {
    replica,
    engineId: host.engineId,
    specDigest: digestSchema.parse(`sha256:${'0'.repeat(64)}`),
    bundleDigest: null,
    gpuIds: [],
    runTimeoutSec: null,
    stop: { signal: null, graceSec: 1 },
  };
  const result = await runReplica(host.deps, input, () => undefined);
  await host.deps.watchers.find(replica)?.drained;
  return { replica, result, said: host.controlPlane.text(replica, 'stdout').toString() };
};

const mount = (request: EngineMount): Partial<ContainerSpec> => ({ mounts: [{ kind: 'mount', request }] });

describe('what a container asks of its engine', () => {
  it('is what the container has', async () => {
    const { result, said } = await run('hostname; ulimit -n; ls -d /scratch; tr "\\0" " " < /proc/1/cmdline', {
      engine: {
        config: { Hostname: 'trainer' },
        host: { Ulimits: [{ Name: 'nofile', Soft: 123, Hard: 456 }], Tmpfs: { '/scratch': 'size=1m' }, Init: false },
      },
    });
    expect(result).toMatchObject({ kind: 'exited', exit: { exitCode: 0 } });
    expect(said.split('\n').slice(0, 3)).toEqual(['trainer', '123', '/scratch']);
    expect(said).not.toContain('docker-init');
  });

  it('fails the start where the engine cannot do it', async () => {
    const { result } = await run('true', {
      engine: { host: { Devices: [{ PathOnHost: '/dev/none', PathInContainer: '/dev/x', CgroupPermissions: 'r' }] } },
    });
    expect(result).toMatchObject({ kind: 'start_failed', reason: 'container_start_failed' });
  });

  it('is written into a directory of the host that a mount creates inside the allowed roots', async () => {
    const source = join(host.directory, 'results/new');
    const { result } = await run('echo done > /out/file', mount({ Type: 'bind', Source: source, Target: '/out' }));
    expect(result).toMatchObject({ kind: 'exited', exit: { exitCode: 0 } });
    expect(await readFile(join(source, 'file'), 'utf8')).toBe('done\n');
  });

  it('is refused where a mount leads out of the allowed roots by a link', async () => {
    const link = join(host.directory, 'way-out');
    await symlink('/etc', link);
    for (const Source of [link, '/var/run/docker.sock', join(host.directory, '../..'), '']) {
      const { result } = await run('true', mount({ Type: 'bind', Source, Target: '/out' }));
      expect(result).toMatchObject({ kind: 'start_failed', reason: 'mount_refused' });
    }
  });

  it('leaves no volume of its own behind', async () => {
    const { replica, result } = await run('echo kept > /own/file; cat /own/file', {
      mounts: [{ kind: 'anonymous', target: '/own' }],
    });
    expect(result).toMatchObject({ kind: 'exited', exit: { exitCode: 0 } });
    const [container] = await containersOf(host.engine, replica);
    if (container === undefined) throw new Error('the container is gone before it was collected');
    const inspected = await calls.json({ method: 'GET', path: `/containers/${container.id}/json` }, 30_000);
    expect(inspected).toMatchObject({ Mounts: [{ Type: 'volume', Destination: '/own' }] });
    const volume = /"Name":"([0-9a-f]{64})"/.exec(JSON.stringify(inspected))?.[1] ?? '';
    const path = `/volumes/${volume}`;
    expect(await calls.json({ method: 'GET', path }, 30_000)).toMatchObject({ Name: volume });
    await host.engine.remove(container.id);
    await expect(calls.json({ method: 'GET', path }, 30_000)).rejects.toMatchObject({ statusCode: 404 });
  });
});
