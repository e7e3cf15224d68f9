import type { TrackerEvent } from '../../model/tracker-event.ts';

export type RedisCommand = readonly [string, ...string[]];

const FACTS = ['state', 'project', 'user', 'creation_time', 'start_time', 'completed_time'] as const;
/** Written by the jobs themselves; they go with the job. */
const OF_THE_JOB = ['parameters', 'input_parameters', 'metrics', 'user_artifact_metadata'] as const;

type Fact = (typeof FACTS)[number];
const keyOf = (jobId: string, fact: string): string => `jobs:${jobId}:${fact}`;
export const projectKeyOf = (event: TrackerEvent): string => keyOf(event.jobId, 'project');

const queuedSet = (project: string): string => `project:${project}:jobs:queued`;
/** The project's jobs, whatever their state: they stay until they are deleted. */
const jobsSet = (project: string): string => `project:${project}:jobs:running`;
const GLOBAL_QUEUED = 'projects:global:jobs:queued';
const monitorSet = (project: string, monitor: string): string => `projects:${project}:monitors:${monitor}:jobs`;

const seconds = (ms: number): string => String(ms / 1_000);

/**
 * The keys as they are after an event, whatever they were before it: a repeat of the last event changes nothing.
 * `projectBefore`: the project that the id is known under, another than now if the id came again elsewhere.
 */
export const redisCommands = (event: TrackerEvent, projectBefore: string | null): readonly RedisCommand[] => {
  const moved = projectBefore !== null && projectBefore !== event.project;
  return [...(moved ? leave(event.jobId, projectBefore) : []), ...commandsOf(event)];
};

const commandsOf = (event: TrackerEvent): readonly RedisCommand[] => {
  const { jobId, project } = event;
  switch (event.kind) {
    case 'queued':
      return [...standing(event, 'queued'), ['SADD', queuedSet(project), jobId], ['SADD', GLOBAL_QUEUED, jobId]];
    case 'running':
      return [...standing(event, 'running'), ...leaveQueue(jobId, project)];
    case 'completed':
      return [...standing(event, 'completed'), ...leaveQueue(jobId, project)];
    case 'failed':
    case 'cancelled':
    case 'skipped':
      return [...standing(event, 'failed'), ...leaveQueue(jobId, project)];
    case 'deleted':
      return [
        ['DEL', ...[...FACTS, ...OF_THE_JOB].map((fact) => keyOf(jobId, fact))],
        ...leave(jobId, project),
        ...(event.monitorName === null ? [] : [['SREM', monitorSet(project, event.monitorName), jobId] as const]),
      ];
  }
};

const standing = (event: TrackerEvent, state: string): readonly RedisCommand[] => {
  const { jobId, project, monitorName } = event;
  const set = (fact: Fact, value: string): RedisCommand => ['SET', keyOf(jobId, fact), value];
  const time = (fact: Fact, ms: number | null): RedisCommand =>
    ms === null ? ['DEL', keyOf(jobId, fact)] : set(fact, seconds(ms));
  return [
    set('state', state),
    set('project', project),
    set('user', event.owner),
    time('creation_time', event.admittedAtMs),
    time('start_time', event.startedAtMs),
    time('completed_time', event.endedAtMs),
    ['ZADD', 'projects', 'NX', seconds(event.admittedAtMs), project],
    ['SADD', jobsSet(project), jobId],
    ...(monitorName === null ? [] : [['SADD', monitorSet(project, monitorName), jobId] as const]),
  ];
};

const leaveQueue = (jobId: string, project: string): readonly RedisCommand[] => [
  ['SREM', queuedSet(project), jobId],
  ['SREM', GLOBAL_QUEUED, jobId],
];

const leave = (jobId: string, project: string): readonly RedisCommand[] => [
  ...leaveQueue(jobId, project),
  ['SREM', jobsSet(project), jobId],
];
