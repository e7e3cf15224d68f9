import type { HostName } from '../model/ids.ts';
import type { ContainerSpec } from '../model/job-spec.ts';
import { LABELS } from '../model/names.ts';
import type { ReplicaRef } from '../model/replica.ts';
import { binds, mounts, volumes } from './container-mounts.ts';
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
export type ContainerPlan = {
  readonly name: string;
  /** Of the image, where one was asked for: `os[/arch[/variant]]`. */
  readonly platform?: string;
  readonly body: Readonly<Record<string, unknown>>;
};

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

const unlessNull = <T>(key: string, value: T | null): Record<string, T> => (value === null ? {} : { [key]: value });
const unlessZero = (key: string, value: number): Record<string, number> => (value === 0 ? {} : { [key]: value });

const unlessEmpty = <T extends object>(key: string, value: T): Record<string, T> =>
  Object.keys(value).length === 0 ? {} : { [key]: value };

const hostConfig = (spec: ContainerSpec, facts: HostFacts): Record<string, unknown> => {
  const { resources, engine } = spec;
  return {
    ...unlessEmpty('Binds', binds(spec.mounts, facts.bundleDirectory)),
    ...unlessEmpty('Mounts', mounts(spec.mounts)),
    ...unlessZero('Memory', resources.memoryBytes),
    // A limit said as a quota stays one: the engine takes either.
    ...unlessZero('NanoCpus', engine?.host?.CpuQuota === undefined ? resources.nanoCpus : 0),
    ...unlessZero('ShmSize', resources.shmBytes),
    NetworkMode: spec.networkMode ?? 'default',
    ...unlessNull('Runtime', spec.runtime),
    Init: true,
    ...engine?.host,
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
  };
};

/**
 * Everything a replica's container is made of. No AutoRemove and no restart policy: a dead container stays until its
 * log and exit code are collected, and only the journal may decide on a second start. No terminal: the engine's log
 * would not tell its two streams apart.
 *
 * The `local` log driver keeps the bytes as they were printed. `json-file` does not: it turns what is not UTF-8 into
 * U+FFFD, also half a character where it cuts a long line.
 */
export const planContainer = (spec: ContainerSpec, replica: ReplicaRef, facts: HostFacts): ContainerPlan => ({
  name: spec.name ?? defaultName(replica),
  ...(spec.engine?.platform === undefined ? {} : { platform: spec.engine.platform }),
  body: {
    Image: spec.image,
    Labels: labels(spec, replica, facts),
    Env: environment(spec, replica, facts),
    ...unlessNull('Cmd', spec.command),
    ...unlessNull('Entrypoint', spec.entrypoint),
    ...unlessNull('WorkingDir', spec.workingDir),
    ...unlessNull('User', spec.user),
    ...unlessEmpty('Volumes', volumes(spec.mounts, facts.bundleDirectory)),
    ...spec.engine?.config,
    Tty: false,
    HostConfig: hostConfig(spec, facts),
    ...(spec.engine?.endpoints === undefined ? {} : { NetworkingConfig: { EndpointsConfig: spec.engine.endpoints } }),
  },
});
