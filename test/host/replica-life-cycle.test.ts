import { execFileSync } from 'node:child_process';
import { existsSync } from 'node:fs';
import { setTimeout as sleep } from 'node:timers/promises';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { NeedsPrepare, RunInput, RunResult } from '../../activities/contract.ts';
import { ensureStopped } from '../../activities/host/ensure-stopped.ts';
import type { HostDeps } from '../../activities/host/host-deps.ts';
import { containersOf } from '../../activities/host/replica-containers.ts';
import { runReplica } from '../../activities/host/run.ts';
import { digestSchema } from '../../model/ids.ts';
import type { ReplicaRef } from '../../model/replica.ts';
import { planContainer } from '../../scheduling/container-plan.ts';
import { dockerSocket } from '../support/environment.ts';
import { aContainer, aHost, aReplica, type HostFixture } from './host-fixture.ts';

let host: HostFixture;
beforeAll(async () => {
  host = await aHost();
});
afterAll(() => host.clean());

const anInput = (replica: ReplicaRef, over: Partial<RunInput> = {}): RunInput => ({
  replica,
  engineId: host.engineId,
  specDigest: digestSchema.parse(`sha256:${'0'.repeat(64)}`),
  bundleDigest: null,
  gpuIds: [],
  runTimeoutSec: null,
  stop: { signal: null, graceSec: 1 },
  ...over,
});
const run = (
  replica: ReplicaRef,
  over: Partial<RunInput> = {},
  deps: HostDeps = host.deps,
): Promise<RunResult | NeedsPrepare> => runReplica(deps, anInput(replica, over), () => undefined);
const submitted = (script: string, over: Parameters<typeof aContainer>[0] = {}): ReplicaRef => {
  const replica = aReplica();
  host.submit(replica, aContainer({ command: ['sh', '-c', script], ...over }));
  return replica;
};
const stop = (replica: ReplicaRef, graceSec = 1, deps: HostDeps = host.deps) =>
  ensureStopped(deps, { replica, engineId: host.engineId, stop: { signal: null, graceSec } });
const untilRunning = async (replica: ReplicaRef): Promise<string> => {
  for (;;) {
    const running = (await containersOf(host.engine, replica)).find(({ state }) => state === 'running');
    if (running !== undefined) return running.id;
    await sleep(20);
  }
};

describe('a run', () => {
  it('answers the exit code of the process', async () => {
    expect(await run(submitted('exit 0'))).toMatchObject({
      kind: 'exited',
      exit: { exitCode: 0, endedBy: 'itself', signal: null },
    });
    expect(await run(submitted('exit 7'))).toMatchObject({ kind: 'exited', exit: { exitCode: 7, oomKilled: false } });
  });

  it('names the signal that ended the process', async () => {
    expect(await run(submitted('kill -9 $$'))).toMatchObject({
      kind: 'exited',
      exit: { exitCode: 137, signal: 'SIGKILL' },
    });
  });

  it('says when the kernel killed it for its memory', async () => {
    const replica = submitted('sleep 0.5; x=a; while true; do x=$x$x$x$x; done', {
      resources: { nanoCpus: 0, memoryBytes: 16 * 1024 * 1024, shmBytes: 0, gpus: 0 },
    });
    expect(await run(replica)).toMatchObject({ kind: 'exited', exit: { exitCode: 137, oomKilled: true } });
  });

  it('of a command that does not exist ends with 127 and says in the log which', async () => {
    const replica = aReplica();
    host.submit(replica, aContainer({ command: ['no-such-command'] }));
    expect(await run(replica)).toMatchObject({ kind: 'exited', exit: { exitCode: 127 } });
    await host.deps.watchers.find(replica)?.drained;
    expect(host.controlPlane.text(replica, 'stderr').toString()).toContain('no-such-command');
  });

  it('fails to start where the user does not exist', async () => {
    const replica = submitted('true', { user: 'nobody-here' });
    const result = await run(replica);
    expect(result).toMatchObject({ kind: 'start_failed', reason: 'container_start_failed' });
    expect(await containersOf(host.engine, replica)).toEqual([]);
    expect(await run(replica)).toEqual(result);
  });

  it('fails to start where a mount is not allowed', async () => {
    const replica = submitted('true', {
      mounts: [{ kind: 'bind', source: '/var/run/docker.sock', target: '/s', mode: 'rw' }],
    });
    expect(await run(replica)).toMatchObject({ kind: 'start_failed', reason: 'mount_refused' });
  });

  it('called twice at once runs one container and answers both the same', async () => {
    const replica = submitted('echo once; sleep 0.3; exit 3');
    const [first, second] = await Promise.all([run(replica), run(replica)]);
    expect(first).toEqual(second);
    expect(first).toMatchObject({ kind: 'exited', exit: { exitCode: 3 } });
    expect(await containersOf(host.engine, replica)).toHaveLength(1);
  });

  it('answers the same again when its answer was lost', async () => {
    const replica = submitted('exit 4');
    const first = await run(replica);
    expect(await run(replica, {}, host.restarted())).toEqual(first);
  });

  it('adopts the running container after the host process died', async () => {
    const replica = submitted('sleep 1; exit 5');
    const lost = run(replica);
    lost.catch(() => undefined);
    const id = await untilRunning(replica);
    expect(await run(replica, {}, host.restarted())).toMatchObject({ kind: 'exited', exit: { exitCode: 5 } });
    expect((await containersOf(host.engine, replica)).map((each) => each.id)).toEqual([id]);
  });

  it('starts the container that was created before the host process died', async () => {
    const replica = submitted('exit 6');
    const container = aContainer({ command: ['sh', '-c', 'exit 6'] });
    const { hostName } = host.deps.settings;
    const logBacklog = { fileBytes: 1e9, files: 2 };
    const facts = { engineId: host.engineId, hostName, bundleDirectory: null, gpuIds: [], logBacklog };
    const created = await host.engine.create(planContainer(container, replica, facts));
    expect(created.kind).toBe('ok');
    expect(await run(replica)).toMatchObject({ kind: 'exited', exit: { exitCode: 6 } });
    expect(await containersOf(host.engine, replica)).toHaveLength(1);
  });

  it('is told as vanished, and not run again, when the journal says started and no container is there', async () => {
    const replica = submitted('exit 0');
    const limit = { runTimeoutSec: null, stop: { signal: null, graceSec: 1 } };
    host.deps.journal.created(replica, 'f'.repeat(64), limit);
    host.deps.journal.starting(replica);
    expect(await run(replica)).toMatchObject({ kind: 'vanished' });
    expect(await run(replica)).toMatchObject({ kind: 'vanished' });
    expect(await containersOf(host.engine, replica)).toEqual([]);
  });

  it('is told as vanished when somebody removes the container while it runs', async () => {
    const replica = submitted('sleep 60');
    const running = run(replica);
    const id = await untilRunning(replica);
    execFileSync('docker', ['-H', `unix://${dockerSocket()}`, 'rm', '-f', id]);
    const result = await running;
    expect(['vanished', 'exited']).toContain(result.kind);
    expect(await run(replica)).toEqual(result);
  });

  it('is stopped at its deadline, with grace', async () => {
    const replica = submitted('trap "exit 9" TERM; while true; do sleep 0.1; done');
    const result = await run(replica, { runTimeoutSec: 1, stop: { signal: 'SIGTERM', graceSec: 5 } });
    expect(result).toMatchObject({ kind: 'exited', exit: { exitCode: 9, endedBy: 'deadline' } });
  });

  it('is killed at its deadline when it does not mind the signal', async () => {
    const replica = submitted('trap "" TERM; while true; do sleep 0.1; done');
    const result = await run(replica, { runTimeoutSec: 1, stop: { signal: null, graceSec: 0.5 } });
    expect(result).toMatchObject({ kind: 'exited', exit: { exitCode: 137, endedBy: 'deadline' } });
  });

  it('waits for a GPU that a live container of another job holds', async () => {
    const holder = submitted('sleep 60');
    const holding = run(holder, { gpuIds: ['0', '1'] });
    await untilRunning(holder);
    const other = submitted('true');
    await expect(run(other, { gpuIds: ['1'] })).rejects.toMatchObject({ code: 'gpu_held' });
    expect(await containersOf(host.engine, other)).toEqual([]);
    await stop(holder);
    await holding;
    expect(await run(other, { gpuIds: ['1'] })).toMatchObject({ kind: 'exited', exit: { exitCode: 0 } });
  });

  it('does nothing on another engine than its placement was decided for', async () => {
    const replica = submitted('true');
    await expect(run(replica, { engineId: 'ANOTHER' })).rejects.toMatchObject({ code: 'engine_mismatch' });
    expect(await containersOf(host.engine, replica)).toEqual([]);
  });

  it('takes another name when somebody else has the one it wants', async () => {
    const name = `taken-${Date.now()}`;
    const first = submitted('sleep 0.1', { name });
    const second = submitted('exit 2', { name });
    await run(first);
    expect(await run(second)).toMatchObject({ kind: 'exited', exit: { exitCode: 2 } });
  });

  it('creates a missing directory of a mount inside the allowed roots', async () => {
    const source = `${host.directory}/results/deep`;
    const replica = submitted('echo kept > /r/file', { mounts: [{ kind: 'bind', source, target: '/r', mode: 'rw' }] });
    expect(await run(replica)).toMatchObject({ kind: 'exited', exit: { exitCode: 0 } });
    expect(existsSync(`${source}/file`)).toBe(true);
  });
});

describe('ensureStopped', () => {
  it('before the run lets nothing of that placement be created any more', async () => {
    const replica = submitted('true');
    expect(await stop(replica)).toEqual({ kind: 'gone', was: 'absent', exit: null });
    expect(await run(replica)).toMatchObject({ kind: 'refused' });
    expect(await run({ ...replica, epoch: { generation: 1, counter: 0 } })).toMatchObject({ kind: 'refused' });
    expect(await containersOf(host.engine, replica)).toEqual([]);
    expect(await run({ ...replica, epoch: { generation: 1, counter: 2 } })).toMatchObject({ kind: 'exited' });
  });

  it('during the run ends it, and both say how', async () => {
    const replica = submitted('trap "exit 11" TERM; while true; do sleep 0.1; done');
    const running = run(replica);
    await untilRunning(replica);
    await sleep(200);
    expect(await stop(replica, 10)).toMatchObject({
      kind: 'gone',
      was: 'exited',
      exit: { exitCode: 11, endedBy: 'stop' },
    });
    expect(await running).toMatchObject({ kind: 'exited', exit: { exitCode: 11, endedBy: 'stop' } });
    expect(await stop(replica)).toMatchObject({ was: 'exited', exit: { exitCode: 11, endedBy: 'stop' } });
  });

  it('kills what does not end within the grace', async () => {
    const replica = submitted('trap "" TERM; while true; do sleep 0.1; done');
    const running = run(replica);
    await untilRunning(replica);
    expect(await stop(replica, 0.3)).toMatchObject({ was: 'exited', exit: { exitCode: 137 } });
    await running;
  });

  it('stops also where the signal is none that the engine knows', async () => {
    const replica = submitted('sleep 60');
    const running = run(replica);
    await untilRunning(replica);
    await ensureStopped(host.deps, { replica, engineId: host.engineId, stop: { signal: 'SIGNONE', graceSec: 60 } });
    expect(await running).toMatchObject({ exit: { endedBy: 'stop' } });
  });

  it('removes what was created and never started', async () => {
    const replica = submitted('true');
    const { hostName } = host.deps.settings;
    const facts = {
      engineId: host.engineId,
      hostName,
      bundleDirectory: null,
      gpuIds: [],
      logBacklog: { fileBytes: 1e9, files: 2 },
    };
    await host.engine.create(planContainer(aContainer(), replica, facts));
    expect(await stop(replica)).toMatchObject({ was: 'never_started' });
    expect(await containersOf(host.engine, replica)).toEqual([]);
  });

  it('and run, called at the same moment, agree', async () => {
    for (let round = 0; round < 5; round += 1) {
      const replica = submitted('sleep 60');
      const [result, gone] = await Promise.all([run(replica), sleep(round * 30).then(() => stop(replica, 0))]);
      if (gone.was === 'exited') expect(result).toMatchObject({ kind: 'exited', exit: gone.exit });
      else expect(result.kind).toBe('refused');
      expect((await containersOf(host.engine, replica)).filter(({ state }) => state === 'running')).toEqual([]);
    }
  });
});
