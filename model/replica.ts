import { z } from 'zod';
import { epochSchema, jobIdSchema, jobUidSchema, roleNameSchema } from './ids.ts';

/** One replica of one placement of a job: what a host's locks, journal, labels and log streams are keyed by. */
export const replicaRefSchema = z
  .object({
    uid: jobUidSchema,
    jobId: jobIdSchema,
    role: roleNameSchema,
    replica: z.number().int().min(0),
    /** 1 for the first try at running the whole job. */
    attempt: z.number().int().min(1),
    epoch: epochSchema,
  })
  .readonly();
export type ReplicaRef = z.infer<typeof replicaRefSchema>;

/** How a container ended, as the engine tells it. */
export const exitSchema = z
  .object({
    exitCode: z.number().int(),
    oomKilled: z.boolean(),
    /** The signal's name ("SIGKILL") where the exit code says that one ended the process (128 + n), else null. */
    signal: z.string().nullable(),
    startedAtMs: z.number(),
    finishedAtMs: z.number(),
    /** Who ended it: the process itself (or somebody outside), the watcher's deadline, ensureStopped, or an engine that died. */
    endedBy: z.enum(['itself', 'deadline', 'stop', 'engine']),
  })
  .readonly();
export type Exit = z.infer<typeof exitSchema>;

/** What a replica used while it ran, sampled by its watcher; null where the engine gave no figure. */
export const usageSchema = z
  .object({
    cpuSeconds: z.number().nullable(),
    memoryPeakBytes: z.number().nullable(),
    samples: z.number().int(),
  })
  .readonly();
export type Usage = z.infer<typeof usageSchema>;
