import { z } from 'zod';
import type { ContainerDetails, ContainerSummary, UsageSample } from './engine.ts';

const stateSchema = z.enum(['created', 'running', 'paused', 'restarting', 'removing', 'exited', 'dead']);

export const infoAnswerSchema = z.object({
  ID: z.string(),
  ServerVersion: z.string(),
  NCPU: z.number(),
  MemTotal: z.number(),
});

export const idAnswerSchema = z.object({ Id: z.string() });

export const imageAnswerSchema = z.object({ Id: z.string(), Os: z.string(), Architecture: z.string() });

const listAnswerSchema = z.array(
  z.object({ Id: z.string(), Labels: z.record(z.string(), z.string()).nullable(), State: stateSchema }),
);
export const readList = (answer: unknown): ContainerSummary[] =>
  listAnswerSchema.parse(answer).map(({ Id, Labels, State }) => ({ id: Id, labels: Labels ?? {}, state: State }));

/** The engine writes the year 1 for "never". */
const timeMs = (time: string): number | null => {
  const ms = Date.parse(time);
  return Number.isNaN(ms) || ms < 0 ? null : ms;
};

const bindingSchema = z.object({
  Binds: z.array(z.string()).nullish(),
  Mounts: z.array(z.object({ Type: z.string(), Source: z.string().nullish(), Target: z.string() })).nullish(),
});
/** Which of the host's directories a HostConfig mounts, in a request as in an inspection. */
export const bindsOf = (hostConfig: unknown): string[] => {
  const { Binds, Mounts } = bindingSchema.parse(hostConfig);
  const bound = (Mounts ?? []).filter(({ Type }) => Type === 'bind');
  return [...(Binds ?? []), ...bound.map(({ Source, Target }) => `${Source ?? ''}:${Target}`)];
};

const inspectAnswerSchema = z.object({
  Id: z.string(),
  Name: z.string(),
  State: z.object({
    Status: stateSchema,
    ExitCode: z.number(),
    OOMKilled: z.boolean(),
    Error: z.string(),
    StartedAt: z.string(),
    FinishedAt: z.string(),
  }),
  Config: z.object({
    Labels: z.record(z.string(), z.string()).nullish(),
    StopSignal: z.string().optional(),
  }),
  HostConfig: bindingSchema,
});
export const readInspect = (answer: unknown): ContainerDetails => {
  const { Id, Name, State, Config, HostConfig } = inspectAnswerSchema.parse(answer);
  return {
    id: Id,
    name: Name.replace(/^\//, ''),
    labels: Config.Labels ?? {},
    state: State.Status,
    startedAtMs: timeMs(State.StartedAt),
    finishedAtMs: timeMs(State.FinishedAt),
    exitCode: State.ExitCode,
    oomKilled: State.OOMKilled,
    error: State.Error,
    binds: bindsOf(HostConfig),
    stopSignal: Config.StopSignal === undefined || Config.StopSignal === '' ? null : Config.StopSignal,
  };
};

const statsAnswerSchema = z.object({
  cpu_stats: z.object({ cpu_usage: z.object({ total_usage: z.number() }).optional() }).optional(),
  memory_stats: z
    .object({ usage: z.number().optional(), stats: z.record(z.string(), z.number()).optional() })
    .optional(),
});
/** Memory without the page cache that the kernel may take back, as `docker stats` shows it. Zeros: it does not run. */
export const readStats = (answer: unknown): UsageSample | null => {
  const { cpu_stats, memory_stats } = statsAnswerSchema.parse(answer);
  const cpuNanos = cpu_stats?.cpu_usage?.total_usage;
  const usage = memory_stats?.usage;
  if (usage === undefined && (cpuNanos ?? 0) === 0) return null;
  const cache = memory_stats?.stats?.['total_inactive_file'] ?? memory_stats?.stats?.['inactive_file'] ?? 0;
  return {
    cpuSeconds: cpuNanos === undefined ? null : cpuNanos / 1e9,
    memoryBytes: usage === undefined ? null : Math.max(0, usage - cache),
  };
};

export const pullProgressSchema = z.object({
  id: z.string().optional(),
  status: z.string().optional(),
  error: z.string().optional(),
});
