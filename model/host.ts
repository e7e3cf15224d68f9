import { z } from 'zod';
import { epochSchema, hostNameSchema, jobIdSchema, jobUidSchema, poolNameSchema, roleNameSchema } from './ids.ts';

/** A GPU's index or UUID. Ids are written comma separated in a label, and each is given once. */
export const gpuIdsSchema = z
  .array(z.string().regex(/^[^\s,]+$/, 'a GPU id is an index or a UUID'))
  .refine((ids) => new Set(ids).size === ids.length, 'each GPU is named once');

/** What a host can give to jobs. */
export const inventorySchema = z
  .object({
    cpuMilli: z.number().int().min(0),
    memoryBytes: z.number().int().min(0),
    gpuIds: gpuIdsSchema,
    /** How many jobs may run at once. */
    slots: z.number().int().min(0),
    labels: z.record(z.string(), z.string()),
    engineVersion: z.string(),
    /** Free where the host keeps its data, when it said hello; null where the file system does not say. */
    diskFreeBytes: z.number().int().min(0).nullable(),
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
    jobId: jobIdSchema,
    attempt: z.number().int().min(1),
    /** What its container holds, by its label. */
    gpuIds: z.array(z.string()),
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
    /** Minted with the data directory: two hosts that show the same one are copies of each other. */
    journalId: z.string().min(1),
    /** The starts its journal remembers, this one included: a copy of the directory lacks those of the other copy. */
    incarnations: z.array(z.string().min(1)),
    /** How long after its session ended the host counts as suspect before it counts as lost. */
    lostAfterMs: z.number().int().min(1_000),
    inventory: inventorySchema,
    held: z.array(heldReplicaSchema),
    /** The highest epoch this host's journal has ever seen; null for a new journal. */
    highestEpoch: epochSchema.nullable(),
  })
  .readonly();
export type Hello = z.infer<typeof helloSchema>;

export const hostConditions = ['up', 'suspect', 'lost', 'removed'] as const;
export const hostConditionSchema = z.enum(hostConditions);
export type HostConditionKind = z.infer<typeof hostConditionSchema>;

/** What a host's workflow has found and been told, as the planner needs it. */
export type HostStanding = {
  readonly condition: HostConditionKind;
  readonly sinceMs: number;
  readonly cordoned: boolean;
  /** Set while it is being drained: what still runs then is stopped. `deadlineMs` null = it may finish. */
  readonly drain: { readonly deadlineMs: number | null } | null;
};

/** A host as its workflow judges it: see scheduling/host-machine.ts. Plain JSON: it crosses continue-as-new. */
export type HostCondition =
  | { readonly kind: 'up'; readonly session: string; readonly sinceMs: number }
  | { readonly kind: 'suspect'; readonly sinceMs: number }
  | { readonly kind: 'lost'; readonly sinceMs: number }
  | { readonly kind: 'removed'; readonly sinceMs: number };

export type HostState = {
  readonly condition: HostCondition;
  /** Sessions that are over, the latest last; a hello of one of them is a straggler. */
  readonly pastSessions: readonly string[];
  readonly lostAfterMs: number;
  readonly cordoned: boolean;
  /** `isOver`: its deadline has passed and what still ran was told to end. */
  readonly drain: { readonly deadlineMs: number | null; readonly isOver: boolean } | null;
};

export const helloVerdictSchema = z.discriminatedUnion('kind', [
  z.object({
    kind: z.literal('accepted'),
    generation: z.number().int(),
    /** The highest epoch that any placement was given so far; absent in an answer from before it was told. */
    highestEpoch: epochSchema.optional(),
  }),
  z.object({ kind: z.literal('refused'), because: z.string() }),
]);
export type HelloVerdict = z.infer<typeof helloVerdictSchema>;
