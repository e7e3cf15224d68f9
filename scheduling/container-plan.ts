import type { HostName } from '../model/ids.ts';
import type { ContainerSpec, Mount } from '../model/job-spec.ts';
import { LABELS } from '../model/names.ts';
import type { ReplicaRef } from '../model/replica.ts';
import { formatEpoch } from './epoch.ts';

/** What only the host knows when a replica's container is made. */
export type HostFacts = {
  readonly engineId: string;
  readonly hostName: HostName;
  /** Where the job's bundle is unpacked; null = the job has none. */
  readonly bundleDirectory: string | null;
  readonly gpuIds: readonly string[];
  /** How much log the engine keeps until it is shipped. Too little, and the oldest is lost unread. */
  readonly logBacklog: { readonly fileBytes: number; readonly files: number };
};

/** The Engine API's create request, as a plain value. */
export type ContainerPlan = { readonly name: string; readonly body: Readonly<Record<string, unknown>> };

/** For people; labels are the identity. The end of a ULID is its random part. */
const defaultName = (replica: ReplicaRef): string => {
  const name = `${replica.jobId}-${replica.uid.slice(-6).toLowerCase()}-${replica.attempt}`;
  return replica.replica === 0 ? name : `${name}-${replica.replica}`;
};

/** A name nobody else has, for when the wanted one is taken by a container that is not this replica's. */
export const unmistakableName = (plan: ContainerPlan, replica: ReplicaRef): string =>
  `${plan.name}-${replica.uid.toLowerCase()}-${replica.role}-${replica.replica}-${formatEpoch(replica.epoch)}`;

const labels = (spec: ContainerSpec, replica: ReplicaRef, facts: HostFacts): Record<string, string> => ({
  ...spec.labels,
  [LABELS.uid]: replica.uid,
  [LABELS.jobId]: replica.jobId,
  [LABELS.role]: replica.role,
  [LABELS.replica]: String(replica.replica),
  [LABELS.attempt]: String(replica.attempt),
  [LABELS.epoch]: formatEpoch(replica.epoch),
  [LABELS.engineId]: facts.engineId,
  [LABELS.host]: facts.hostName,
  [LABELS.gpus]: facts.gpuIds.join(','),
});

/** Ours win over the user's: a job must not see GPUs it does not hold, nor go by another id than its own. */
const environment = (spec: ContainerSpec, replica: ReplicaRef, facts: HostFacts): string[] => {
  const ours = [
    ...(facts.gpuIds.length > 0 ? [['NVIDIA_VISIBLE_DEVICES', facts.gpuIds.join(',')]] : []),
    ['FOUNDATIONS_JOB_ID', replica.jobId],
  ];
  const names = new Set(ours.map(([name]) => name));
  return [
    ...spec.environment.filter((entry) => !names.has(entry.split('=', 1)[0])),
    ...ours.map(([name, value]) => `${name}=${value}`),
  ];
};

/** A mount of a bundle that the job does not have is left out here: the mount policy has refused it before. */
const bind = (mount: Mount, bundleDirectory: string | null): string[] => {
  switch (mount.kind) {
    case 'bind':
      return [`${mount.source}:${mount.target}:${mount.mode}`];
    case 'bundle':
      return bundleDirectory === null ? [] : [`${bundleDirectory}:${mount.target}:${mount.mode}`];
    case 'volume':
      return [`${mount.name}:${mount.target}:${mount.mode}`];
  }
};

const unlessNull = <T>(key: string, value: T | null): Record<string, T> => (value === null ? {} : { [key]: value });
const unlessZero = (key: string, value: number): Record<string, number> => (value === 0 ? {} : { [key]: value });

/**
 * Everything a replica's container is made of. No AutoRemove and no restart policy: a dead container stays until its
 * log and exit code are collected, and only the journal may decide on a second start.
 *
 * The `local` log driver keeps the bytes as they were printed. `json-file` does not: it turns what is not UTF-8 into
 * U+FFFD, also half a character where it cuts a long line.
 */
export const planContainer = (spec: ContainerSpec, replica: ReplicaRef, facts: HostFacts): ContainerPlan => ({
  name: spec.name ?? defaultName(replica),
  body: {
    Image: spec.image,
    Labels: labels(spec, replica, facts),
    Env: environment(spec, replica, facts),
    ...unlessNull('Cmd', spec.command),
    ...unlessNull('Entrypoint', spec.entrypoint),
    ...unlessNull('WorkingDir', spec.workingDir),
    ...unlessNull('User', spec.user),
    Tty: false,
    HostConfig: {
      Binds: spec.mounts.flatMap((mount) => bind(mount, facts.bundleDirectory)),
      ...unlessZero('Memory', spec.resources.memoryBytes),
      ...unlessZero('NanoCpus', spec.resources.nanoCpus),
      ...unlessZero('ShmSize', spec.resources.shmBytes),
      ...unlessNull('NetworkMode', spec.networkMode),
      ...unlessNull('Runtime', spec.runtime),
      Init: true,
      AutoRemove: false,
      RestartPolicy: { Name: 'no' },
      LogConfig: {
        Type: 'local',
        Config: {
          'max-size': String(facts.logBacklog.fileBytes),
          'max-file': String(facts.logBacklog.files),
          compress: 'false',
        },
      },
    },
  },
});
