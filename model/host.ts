import { z } from 'zod';
import { epochSchema, hostNameSchema, jobUidSchema, poolNameSchema, roleNameSchema } from './ids.ts';

/** What a host can give to jobs. */
export const inventorySchema = z
  .object({
    cpuMilli: z.number().int().min(0),
    memoryBytes: z.number().int().min(0),
    gpuIds: z.array(z.string()),
    /** How many jobs may run at once. */
    slots: z.number().int().min(0),
    labels: z.record(z.string(), z.string()),
    engineVersion: z.string(),
  })
  .readonly();
export type Inventory = z.infer<typeof inventorySchema>;

/** A replica that a host's journal still answers for. */
export const heldReplicaSchema = z
  .object({
    uid: jobUidSchema,
    role: roleNameSchema,
    replica: z.number().int().min(0),
    epoch: epochSchema,
    phase: z.enum(['created', 'starting', 'started', 'closed']),
    containerRunning: z.boolean(),
  })
  .readonly();
export type HeldReplica = z.infer<typeof heldReplicaSchema>;

/** What a host worker says at the start of every session; the verdict alone makes it placeable. */
export const helloSchema = z
  .object({
    name: hostNameSchema,
    pool: poolNameSchema,
    /** New for each session (ULID). */
    session: z.string().min(1),
    /** The Docker engine's own id: a swapped engine or a cloned data directory shows here. */
    engineId: z.string().min(1),
    /** New for each start of the host worker (ULID). */
    incarnation: z.string().min(1),
    inventory: inventorySchema,
    held: z.array(heldReplicaSchema),
    /** The highest epoch this host's journal has ever seen; null for a new journal. */
    highestEpoch: epochSchema.nullable(),
  })
  .readonly();
export type Hello = z.infer<typeof helloSchema>;

export const helloVerdictSchema = z.discriminatedUnion('kind', [
  z.object({ kind: z.literal('accepted'), generation: z.number().int() }),
  z.object({ kind: z.literal('refused'), because: z.string() }),
]);
export type HelloVerdict = z.infer<typeof helloVerdictSchema>;
