import { z } from 'zod';
import { engineMountSchema } from './engine-mount.ts';
import { engineOptionsSchema } from './engine-options.ts';
import { jobIdSchema, roleNameSchema } from './ids.ts';

/** Where a container's directory comes from. `bundle` is the job's own unpacked bundle, wherever the host put it. */
export const mountSchema = z.discriminatedUnion('kind', [
  z.object({
    kind: z.literal('bind'),
    source: z.string(),
    target: z.string(),
    /** Docker's bind options ("rw", "ro", "z", "rshared"), comma separated; empty if nothing was said. */
    mode: z.string(),
  }),
  z.object({ kind: z.literal('bundle'), target: z.string(), mode: z.string() }),
  z.object({ kind: z.literal('volume'), name: z.string(), target: z.string(), mode: z.string() }),
  /** A volume of the container's own, removed with it. */
  z.object({ kind: z.literal('anonymous'), target: z.string() }),
  /** One that says more than a bind can. */
  z.object({ kind: z.literal('mount'), request: engineMountSchema }),
]);
export type Mount = z.infer<typeof mountSchema>;

export const resourcesSchema = z
  .object({
    /**
     * CPU limit in nanocpus (1e9 = one core), 0 = no limit; also where it was said as a quota of a period. Admission
     * counts it in thousandths of a core, rounded up.
     */
    nanoCpus: z.number().int().min(0),
    /** Memory limit, 0 = no limit. */
    memoryBytes: z.number().int().min(0),
    /** Size of /dev/shm, 0 = the engine's default. */
    shmBytes: z.number().int().min(0),
    gpus: z.number().int().min(0),
  })
  .readonly();
export type Resources = z.infer<typeof resourcesSchema>;

/** What runs in one replica's container, with every default filled in. Argument lists are already split. */
export const containerSpecSchema = z
  .object({
    image: z.string().min(1),
    /** null = the image's own. */
    command: z.array(z.string()).nullable(),
    /** null = the image's own. */
    entrypoint: z.array(z.string()).nullable(),
    /** "KEY=value" entries, in order. May hold secrets: never copied into a workflow payload, a label or a log. */
    environment: z.array(z.string()),
    mounts: z.array(mountSchema),
    workingDir: z.string().nullable(),
    user: z.string().nullable(),
    /** "bridge", "none", "host", "container:<x>" or a network's name; null = the engine's default. */
    networkMode: z.string().nullable(),
    runtime: z.string().nullable(),
    /** A container name for people; null = one made from the job's id. */
    name: z.string().nullable(),
    labels: z.record(z.string(), z.string()),
    resources: resourcesSchema,
    /** Absent when nothing of it was asked for. */
    engine: engineOptionsSchema.optional(),
  })
  .readonly();
export type ContainerSpec = z.infer<typeof containerSpecSchema>;

export const retryPolicySchema = z
  .object({
    /** How often the whole job may be tried; 1 = never again. */
    maxAttempts: z.number().int().min(1).max(100),
  })
  .readonly();
export type RetryPolicy = z.infer<typeof retryPolicySchema>;

export const stopPolicySchema = z
  .object({
    /** What a stop sends first ("SIGTERM"); null = the image's own stop signal. */
    signal: z.string().nullable(),
    /** Seconds between that signal and SIGKILL. */
    graceSec: z.number().min(0).max(3600),
  })
  .readonly();
export type StopPolicy = z.infer<typeof stopPolicySchema>;

const roleSpecSchema = z
  .object({ name: roleNameSchema, replicas: z.number().int().min(1), container: containerSpecSchema })
  .readonly();

/** A job as admission understood it. Kept as a sealed blob in the ledger; workflows only ever hold its digest. */
export const jobSpecSchema = z
  .object({
    roles: z.array(roleSpecSchema).min(1),
    retry: retryPolicySchema,
    stop: stopPolicySchema,
    /** Longest time a replica may run, counted from its container's start; null = no limit. */
    runTimeoutSec: z.number().int().min(1).nullable(),
    /** The one folder in the bundle's archive; absent = it is named for the job. */
    bundleFolder: jobIdSchema.optional(),
    /** The body the submitter sent, as the compatibility routes must show it again; null for native jobs. */
    submitted: z.unknown(),
  })
  .readonly();
export type JobSpec = z.infer<typeof jobSpecSchema>;
