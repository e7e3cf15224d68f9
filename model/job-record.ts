import { z } from 'zod';
import { digestSchema, epochSchema, hostNameSchema, jobIdSchema, jobUidSchema, poolNameSchema } from './ids.ts';
import { exitSchema, usageSchema } from './replica.ts';

export const openJobStates = ['admitted', 'queued', 'placed', 'preparing', 'running', 'stopping'] as const;
export const finalJobStates = ['succeeded', 'failed', 'cancelled', 'skipped'] as const;

export const finalJobStateSchema = z.enum(finalJobStates);
export type FinalJobState = z.infer<typeof finalJobStateSchema>;
export const jobStateSchema = z.enum([...openJobStates, ...finalJobStates]);
export type JobState = z.infer<typeof jobStateSchema>;

/** Machine reasons: API, never renamed. The sentence beside a reason is for people and may change. */
export const reasonSchema = z.enum([
  'waiting_for_placement',
  'held',
  'placed',
  'preparing',
  'started',
  'stop_requested',
  'retry_scheduled',
  'completed',
  'exit_nonzero',
  'oom_killed',
  'killed_by_signal',
  'deadline_exceeded',
  'cancelled_by_request',
  'host_drained',
  'withdrawn',
  'workflow_terminated',
  'workflow_failed',
  'image_not_found',
  'image_pull_failed',
  'command_not_found',
  'container_start_failed',
  'container_vanished',
  'bundle_invalid',
  'mount_refused',
  'user_refused',
  'never_fits',
  'epoch_refused',
  'engine_lost',
  'host_lost',
  /** The ledger was restored from an older copy, and what the job needs to run is not in it. */
  'lost_in_restore',
  'internal_error',
]);
export type Reason = z.infer<typeof reasonSchema>;

/** The end of a job: what its last `record` said and what its workflow closes with. */
export const outcomeSchema = z
  .object({
    state: finalJobStateSchema,
    reason: reasonSchema,
    sentence: z.string(),
    exit: exitSchema.nullable(),
  })
  .readonly();
export type Outcome = z.infer<typeof outcomeSchema>;

export const placementSchema = z
  .object({
    epoch: epochSchema,
    host: hostNameSchema,
    /** The engine this placement was decided for: a host activity on any other engine does nothing. */
    engineId: z.string(),
    gpuIds: z.array(z.string()),
  })
  .readonly();
export type Placement = z.infer<typeof placementSchema>;

/** A job as every list and answer shows it: one row of the ledger, without its spec. Times are epoch milliseconds. */
export const jobRecordSchema = z
  .object({
    uid: jobUidSchema,
    jobId: jobIdSchema,
    pool: poolNameSchema,
    project: z.string(),
    owner: z.string(),
    state: jobStateSchema,
    reason: reasonSchema,
    sentence: z.string(),
    attempt: z.number().int(),
    maxAttempts: z.number().int(),
    image: z.string(),
    specDigest: digestSchema,
    bundleDigest: digestSchema.nullable(),
    placement: placementSchema.nullable(),
    admittedAtMs: z.number(),
    placedAtMs: z.number().nullable(),
    startedAtMs: z.number().nullable(),
    endedAtMs: z.number().nullable(),
    exit: exitSchema.nullable(),
    usage: usageSchema.nullable(),
    artifactsDigest: digestSchema.nullable(),
    /** True once everything the job prints is in the log store: a follow may end. */
    logsComplete: z.boolean(),
    metadata: z.unknown(),
  })
  .readonly();
export type JobRecord = z.infer<typeof jobRecordSchema>;
