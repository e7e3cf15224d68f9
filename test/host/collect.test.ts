import { existsSync } from 'node:fs';
import { mkdir, readdir, rename, symlink, writeFile } from 'node:fs/promises';
import { Readable } from 'node:stream';
import { buffer } from 'node:stream/consumers';
import { createHash } from 'node:crypto';
import { MockActivityEnvironment } from '@temporalio/testing';
import { pack } from 'tar-stream';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { RunInput } from '../../activities/contract.ts';
import { createHostActivities } from '../../activities/host/create-host-activities.ts';
import { runReplica } from '../../activities/host/run.ts';
import { containersOf } from '../../activities/host/replica-containers.ts';
import { digestSchema, type Digest } from '../../model/ids.ts';
import type { ReplicaRef } from '../../model/replica.ts';
import { aContainer, aHost, aReplica, type HostFixture } from './host-fixture.ts';

let host: HostFixture;
beforeAll(async () => {
  host = await aHost();
});
afterAll(() => host.clean());

const specDigest = digestSchema.parse(`sha256:${'0'.repeat(64)}`);
const stop = { signal: null, graceSec: 1 };
const activities = (deps = host.deps) => createHostActivities(deps);
const inActivity = <T>(work: () => Promise<T>): Promise<T> => new MockActivityEnvironment().run(work);

const withBundle = async (replica: ReplicaRef): Promise<Digest> => {
  const archive = pack();
  archive.entry({ name: `${replica.jobId}/main.sh`, mode: 0o755 }, '#!/bin/sh\necho from the bundle\n');
  archive.finalize();
  const bytes = await buffer(Readable.from(archive));
  const digest = digestSchema.parse(`sha256:${createHash('sha256').update(bytes).digest('hex')}`);
  host.controlPlane.blobs.set(digest, bytes);
  return digest;
};
const runInput = (replica: ReplicaRef, bundleDigest: Digest | null): RunInput => ({
  replica,
  engineId: host.engineId,
  specDigest,
  bundleDigest,
  gpuIds: [],
  runTimeoutSec: null,
  stop,
});

describe('a job on its host', () => {
  it('is prepared, run and collected, and leaves nothing behind but what it made', async () => {
    const replica = aReplica();
    const bundleDigest = await withBundle(replica);
    const results = `${host.directory}/archive/${replica.jobId}`;
    host.submit(
      replica,
      aContainer({
        command: ['sh', '-c', 'sh /job/main.sh; mkdir -p /r/artifacts; echo weights > /r/artifacts/model; sleep 1.2'],
        mounts: [
          { kind: 'bundle', target: '/job', mode: 'rw' },
          { kind: 'bind', source: results, target: '/r', mode: 'rw' },
        ],
      }),
    );
    const task = { replica, engineId: host.engineId, bundleDigest };
    const { host: on } = activities();
    expect(await inActivity(() => on.prepare({ ...task, specDigest }))).toMatchObject({ kind: 'ready', pulled: false });
    expect(existsSync(`${host.directory}/work/${replica.jobId}/main.sh`)).toBe(true);
    expect(await inActivity(() => on.run(runInput(replica, bundleDigest)))).toMatchObject({
      kind: 'exited',
      exit: { exitCode: 0 },
    });
    const collected = await inActivity(() => on.collect(task));

    expect(host.controlPlane.text(replica, 'stdout').toString()).toBe('from the bundle\n');
    expect(host.controlPlane.log(replica).finished).toBe(true);
    expect(collected).toMatchObject({ artifactsDigest: expect.stringMatching(/^sha256:/), incomplete: null });
    expect(collected.usage?.samples).toBeGreaterThan(0);
    expect(await containersOf(host.engine, replica)).toEqual([]);
    expect(existsSync(`${host.directory}/work/${replica.jobId}`)).toBe(false);
    expect(existsSync(`${results}/artifacts/model`)).toBe(true);
    expect(host.deps.journal.entries()).toEqual([]);
    expect(host.controlPlane.notices.map(({ kind }) => kind)).toEqual(['started', 'exited']);
    expect(await inActivity(() => on.collect(task))).toEqual(collected);
  });

  it('is not started with something else in the place of its bundle', async () => {
    const replica = aReplica();
    const bundleDigest = await withBundle(replica);
    host.submit(replica, aContainer({ mounts: [{ kind: 'bundle', target: '/job', mode: 'rw' }] }));
    const { host: on } = activities(host.restarted());
    await inActivity(() => on.prepare({ replica, engineId: host.engineId, bundleDigest, specDigest }));
    const place = `${host.directory}/work/${replica.jobId}`;
    await rename(place, `${place}.elsewhere`);
    await symlink('/etc', place);
    expect(await inActivity(() => on.run(runInput(replica, bundleDigest)))).toMatchObject({
      kind: 'start_failed',
      reason: 'mount_refused',
    });
  });

  it('sees its own bundle where it binds the directory of all', async () => {
    const replica = aReplica();
    const bundleDigest = await withBundle(replica);
    const mounts = [{ kind: 'bind', source: `${host.directory}/work`, target: '/w', mode: 'rw' }] as const;
    host.submit(
      replica,
      aContainer({
        command: ['sh', '-c', 'test "$(ls /w)" = "$FOUNDATIONS_JOB_ID" && sh /w/*/main.sh'],
        mounts: [...mounts],
      }),
    );
    const { host: on } = activities(host.restarted());
    await inActivity(() => on.prepare({ replica, engineId: host.engineId, bundleDigest, specDigest }));
    expect(await inActivity(() => on.run(runInput(replica, bundleDigest)))).toMatchObject({ exit: { exitCode: 0 } });
  });

  it('is collected by the next host process, with its whole log, when the first one died', async () => {
    const replica = aReplica();
    host.submit(replica, aContainer({ command: ['sh', '-c', 'echo kept; exit 1'] }));
    await runReplica(host.deps, runInput(replica, null), () => undefined);
    await host.deps.watchers.find(replica)?.drained;
    host.controlPlane.log(replica).records.length = 0;
    const next = host.restarted();
    const collected = await inActivity(() =>
      activities(next).host.collect({ replica, engineId: host.engineId, bundleDigest: null }),
    );
    expect(collected).toMatchObject({ artifactsDigest: null, incomplete: null });
    expect(host.controlPlane.text(replica, 'stdout').toString()).toBe('kept\n');
  });

  it('is not collected while it runs', async () => {
    const replica = aReplica();
    host.submit(replica, aContainer({ command: ['sleep', '60'] }));
    const { host: on, control } = activities(host.restarted());
    const running = inActivity(() => on.run(runInput(replica, null)));
    while ((await containersOf(host.engine, replica))[0]?.state !== 'running')
      await new Promise((resolve) => setTimeout(resolve, 20));
    const task = { replica, engineId: host.engineId, bundleDigest: null };
    await expect(inActivity(() => on.collect(task))).rejects.toMatchObject({
      type: 'still_running',
      nonRetryable: false,
    });
    await inActivity(() => control.ensureStopped({ replica, engineId: host.engineId, stop }));
    await running;
    await inActivity(() => on.collect(task));
  });

  it('that prints and is never started still has a finished log', async () => {
    const replica = aReplica();
    host.submit(replica, aContainer());
    const deps = host.restarted();
    await inActivity(() => activities(deps).control.ensureStopped({ replica, engineId: host.engineId, stop }));
    await inActivity(() => activities(deps).host.collect({ replica, engineId: host.engineId, bundleDigest: null }));
    expect(host.controlPlane.log(replica)).toMatchObject({ records: [], finished: true });
  });
});

describe('artifacts', () => {
  const anEnded = async (script = 'true') => {
    const replica = aReplica();
    const folder = `${host.directory}/archive/${replica.jobId}`;
    await mkdir(`${folder}/artifacts`, { recursive: true });
    await writeFile(`${folder}/artifacts/old`, 'of an earlier run');
    const mounts = [{ kind: 'bind', source: folder, target: '/r', mode: 'rw' }] as const;
    host.submit(replica, aContainer({ command: ['sh', '-c', script], mounts: [...mounts] }));
    const { host: on } = activities(host.restarted());
    await inActivity(() => on.run(runInput(replica, null)));
    return { replica, folder, collect: () => on.collect({ replica, engineId: host.engineId, bundleDigest: null }) };
  };

  it("of an earlier run are moved aside and not collected as this one's", async () => {
    const { folder, collect } = await anEnded();
    expect(await inActivity(collect)).toMatchObject({ artifactsDigest: null, incomplete: null });
    const aside = (await readdir(folder)).find((name) => name.startsWith('artifacts.before-'));
    expect(existsSync(`${folder}/${aside}/old`)).toBe(true);
  });

  it('with a name that is not UTF-8 are kept without it, and said to be', async () => {
    const { collect } = await anEnded(
      "mkdir -p /r/artifacts; echo x > /r/artifacts/good; echo x > $(printf '/r/artifacts/\\377')",
    );
    expect(await inActivity(collect)).toMatchObject({
      artifactsDigest: expect.stringMatching(/^sha256:/),
      incomplete: expect.stringContaining('not UTF-8'),
    });
  });

  it('that cannot be read at all do not keep a job from its end', async () => {
    const { collect } = await anEnded('ln -s artifacts /r/artifacts');
    expect(await inActivity(collect)).toMatchObject({ artifactsDigest: null, incomplete: expect.stringMatching(/./) });
  });
});

describe('prepare', () => {
  const prepared = async (container: Parameters<typeof aContainer>[0], bundle = false) => {
    const replica = aReplica();
    host.submit(replica, aContainer(container));
    const bundleDigest = bundle ? digestSchema.parse(`sha256:${'b'.repeat(64)}`) : null;
    return inActivity(() =>
      activities(host.restarted()).host.prepare({ replica, engineId: host.engineId, specDigest, bundleDigest }),
    );
  };

  it('refuses mounts outside the allowed roots, links followed', async () => {
    const mounts = [{ kind: 'bind', source: '/var/run/docker.sock', target: '/s', mode: 'rw' }] as const;
    expect(await prepared({ mounts: [...mounts] })).toMatchObject({ kind: 'failed', reason: 'mount_refused' });
    await symlink('/etc', `${host.directory}/innocent`);
    const linked = [{ kind: 'bind', source: `${host.directory}/innocent/ssh`, target: '/s', mode: 'ro' }] as const;
    expect(await prepared({ mounts: [...linked] })).toMatchObject({ kind: 'failed', reason: 'mount_refused' });
    const climbing = [{ kind: 'bind', source: `${host.directory}/../../etc`, target: '/s', mode: 'ro' }] as const;
    expect(await prepared({ mounts: [...climbing] })).toMatchObject({ kind: 'failed', reason: 'mount_refused' });
  });

  it('shows no job the bundles of others', async () => {
    await mkdir(`${host.directory}/work/other`, { recursive: true });
    for (const source of [host.directory, `${host.directory}/work/other`, `${host.directory}/work/other/..//other`]) {
      const mounts = [{ kind: 'bind', source, target: '/s', mode: 'rw' }] as const;
      expect(await prepared({ mounts: [...mounts] })).toMatchObject({ kind: 'failed', reason: 'mount_refused' });
    }
    const whole = [{ kind: 'bind', source: `${host.directory}/work`, target: '/s', mode: 'rw' }] as const;
    expect(await prepared({ mounts: [...whole] })).toMatchObject({ kind: 'ready' });
  });

  it('refuses what no file system can hold, in words', async () => {
    await writeFile(`${host.directory}/a-file`, '');
    for (const name of ['a-file/below', 'n'.repeat(300)]) {
      const mounts = [{ kind: 'bind', source: `${host.directory}/${name}`, target: '/s', mode: 'rw' }] as const;
      expect(await prepared({ mounts: [...mounts] })).toMatchObject({ kind: 'failed', reason: 'mount_refused' });
    }
  });

  it('says in words which image cannot be pulled', async () => {
    const failed = await prepared({ image: '127.0.0.1:1/team/model:7' });
    expect(failed).toMatchObject({
      kind: 'failed',
      reason: 'image_pull_failed',
      sentence: expect.stringContaining('127.0.0.1:1/team/model:7'),
    });
  });

  it('says that a bundle is not there', async () => {
    expect(await prepared({}, true)).toMatchObject({ kind: 'failed', reason: 'bundle_invalid' });
  });
});

describe('a run activity', () => {
  it('that is shut down stops nothing, and the next attempt adopts', async () => {
    const replica = aReplica();
    host.submit(replica, aContainer({ command: ['sh', '-c', 'sleep 1.5; exit 12'] }));
    const { host: on } = activities(host.restarted());
    const first = new MockActivityEnvironment();
    const lost = first.run(() => on.run(runInput(replica, null)));
    while ((await containersOf(host.engine, replica))[0]?.state !== 'running')
      await new Promise((resolve) => setTimeout(resolve, 20));
    first.cancel('WORKER_SHUTDOWN');
    await expect(lost).rejects.toThrow();
    expect(await inActivity(() => on.run(runInput(replica, null)))).toMatchObject({
      kind: 'exited',
      exit: { exitCode: 12, endedBy: 'itself' },
    });
  });
});
