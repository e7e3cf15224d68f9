import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { ulid } from 'ulid';
import { createBundleDirectories } from '../../activities/bundle/bundle-directory.ts';
import { createDockerodeEngine } from '../../activities/docker/dockerode-engine.ts';
import type { Engine } from '../../activities/docker/engine.ts';
import { openJournal } from '../../activities/docker/sqlite-journal.ts';
import { createWatchers } from '../../activities/docker/watchers.ts';
import { createArtifactFolders } from '../../activities/host/artifact-folders.ts';
import { createStartTries } from '../../activities/host/start-tries.ts';
import type { HostDeps } from '../../activities/host/host-deps.ts';
import type { HostLog } from '../../activities/host/host-log.ts';
import { createNoticeSender } from '../../activities/host/notice-sender.ts';
import { createKeyedLock } from '../../activities/host/replica-lock.ts';
import { hostNameSchema } from '../../model/ids.ts';
import { containerSpecSchema, jobSpecSchema, type ContainerSpec } from '../../model/job-spec.ts';
import { LABELS } from '../../model/names.ts';
import { replicaRefSchema, type ReplicaRef } from '../../model/replica.ts';
import { dockerSocket, testImage } from '../support/environment.ts';
import { createMemoryControlPlane, type MemoryControlPlane } from './memory-control-plane.ts';

export const silent: HostLog = { info: () => undefined, warn: () => undefined };

export const aContainer = (over: Partial<ContainerSpec> = {}): ContainerSpec => ({
  ...containerSpecSchema.parse({
    image: testImage(),
    command: ['true'],
    entrypoint: null,
    environment: [],
    mounts: [],
    workingDir: null,
    user: null,
    networkMode: 'none',
    runtime: null,
    name: null,
    labels: {},
    resources: { nanoCpus: 0, memoryBytes: 0, shmBytes: 0, gpus: 0 },
  }),
  ...over,
});

export const aReplica = (
  over: { counter?: number; attempt?: number; uid?: string; jobId?: string } = {},
): ReplicaRef => {
  const uid = over.uid ?? ulid();
  return replicaRefSchema.parse({
    uid,
    jobId: over.jobId ?? `test-${uid.toLowerCase()}`,
    role: 'main',
    replica: 0,
    attempt: over.attempt ?? 1,
    epoch: { generation: 1, counter: over.counter ?? 1 },
  });
};

export type HostFixture = {
  readonly directory: string;
  readonly deps: HostDeps;
  readonly engine: Engine;
  readonly engineId: string;
  readonly controlPlane: MemoryControlPlane;
  /** Makes the server know the job. */
  submit(replica: ReplicaRef, container: ContainerSpec): void;
  /** As after a kill -9 of the host process: new journal handle, new watchers, same disk and engine. */
  restarted(engine?: Engine): HostDeps;
  /** Removes everything that was made for its replicas. */
  clean(): Promise<void>;
};

/** A host without its Temporal workers, on the real engine, with directories of its own. */
export const aHost = async (): Promise<HostFixture> => {
  const directory = await mkdtemp(join(tmpdir(), 'longshore-host-'));
  const engine = createDockerodeEngine({ socketPath: dockerSocket() });
  const { id: engineId } = await engine.info();
  const controlPlane = createMemoryControlPlane();
  const uids = new Set<string>();
  const made: HostDeps[] = [];

  const restarted = (ofEngine: Engine = engine): HostDeps => {
    for (const old of made) {
      old.watchers.shut();
      old.notices.stop();
    }
    const journal = openJournal(join(directory, 'journal.db'));
    const notices = createNoticeSender({ controlPlane, log: silent });
    const deps: HostDeps = {
      settings: {
        hostName: hostNameSchema.parse('testhost'),
        archiveDir: join(directory, 'archive'),
        allowedRoots: [directory],
      },
      engine: ofEngine,
      controlPlane,
      journal,
      notices,
      watchers: createWatchers({ engine: ofEngine, controlPlane, journal, notices, log: silent }),
      bundles: createBundleDirectories({ workDir: join(directory, 'work'), markerDir: join(directory, 'bundles') }),
      artifacts: createArtifactFolders({
        archiveDir: join(directory, 'archive'),
        markerDir: join(directory, 'artifacts'),
      }),
      startTries: createStartTries(journal),
      lock: createKeyedLock(),
      log: silent,
    };
    made.push(deps);
    return deps;
  };

  return {
    directory,
    deps: restarted(),
    engine,
    engineId,
    controlPlane,
    submit(replica, container) {
      uids.add(replica.uid);
      const spec = jobSpecSchema.parse({
        roles: [{ name: replica.role, replicas: 1, container }],
        retry: { maxAttempts: 1 },
        stop: { signal: null, graceSec: 1 },
        runTimeoutSec: null,
        submitted: null,
      });
      controlPlane.specs.set(replica.uid, spec);
    },
    restarted,
    async clean() {
      for (const deps of made) {
        deps.watchers.shut();
        deps.notices.stop();
        deps.journal.shut();
      }
      for (const uid of uids) {
        for (const { id, state } of await engine.list({ [LABELS.uid]: uid })) {
          if (state !== 'created') {
            await engine.kill(id, 'SIGKILL');
            await engine.wait(id, AbortSignal.timeout(20_000));
          }
          await engine.remove(id);
        }
      }
      await rm(directory, { recursive: true, force: true });
    },
  };
};
