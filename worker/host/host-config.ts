import { z } from 'zod';
import { gpuIdsSchema } from '../../model/host.ts';
import { hostNameSchema, poolNameSchema } from '../../model/ids.ts';

/** What a host process is told once at its start. */
export const hostConfigSchema = z
  .object({
    name: hostNameSchema,
    pool: poolNameSchema,
    /** How many jobs may run at once. */
    slots: z.number().int().min(0),
    /** Journal and markers: one host process per directory. */
    dataDir: z.string().min(1),
    /** Bundles are unpacked to `<workDir>/<job id>`. */
    workDir: z.string().min(1),
    /** Artifacts are taken from `<archiveDir>/<job id>/artifacts`. */
    archiveDir: z.string().min(1),
    /** Binds of jobs must lead to or below one of these. */
    allowedRoots: z.array(z.string()).readonly(),
    docker: z.object({ socketPath: z.string().min(1) }).readonly(),
    temporal: z.object({ address: z.string().min(1), namespace: z.string().min(1) }).readonly(),
    server: z.object({ url: z.string().min(1), token: z.string().min(1) }).readonly(),
    /** Null = what nvidia-smi lists. */
    gpuIds: gpuIdsSchema.readonly().nullable(),
    /** For people, and for what asks for hosts by label. */
    labels: z.record(z.string(), z.string()),
    /** How long after its session ended it counts as suspect before it counts as lost. */
    lostAfterMs: z.number().int().min(1_000),
    /** What the host gives to jobs; null = all the engine has. */
    cpuMilli: z.number().int().min(0).nullable(),
    memoryBytes: z.number().int().min(0).nullable(),
  })
  .readonly();
export type HostConfig = z.infer<typeof hostConfigSchema>;
