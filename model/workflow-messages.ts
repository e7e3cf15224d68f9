import { z } from 'zod';
import {
  digestSchema,
  epochSchema,
  hostNameSchema,
  jobIdSchema,
  jobUidSchema,
  poolNameSchema,
  roleNameSchema,
  type HostName,
  type JobId,
  type JobUid,
  type PoolName,
} from './ids.ts';
import type { HostState } from './host.ts';
import { outcomeSchema, placementSchema } from './job-record.ts';
import { resourcesSchema, retryPolicySchema, stopPolicySchema, type StopPolicy } from './job-spec.ts';

/**
 * Payloads of workflows and signals. Frozen early: recorded histories are replayed against them. They hold references
 * and what people should see in the Temporal Web UI, never the environment: secrets stay out of Temporal's history.
 */
export const jobInputSchema = z
  .object({
    uid: jobUidSchema,
    jobId: jobIdSchema,
    pool: poolNameSchema,
    project: z.string(),
    owner: z.string(),
    specDigest: digestSchema,
    bundleDigest: digestSchema.nullable(),
    roles: z.array(
      z
        .object({
          name: roleNameSchema,
          replicas: z.number().int().min(1),
          image: z.string(),
          /** For people: the command as a shell would show it, cut to 200 characters. */
          command: z.string(),
          resources: resourcesSchema,
        })
        .readonly(),
    ),
    retry: retryPolicySchema,
    stop: stopPolicySchema,
    runTimeoutSec: z.number().int().nullable(),
    /** The attempt this run begins with: above 1 when an ended job was admitted again for a retry. */
    firstAttempt: z.number().int().min(1),
    /**
     * Which way the run goes, told by its input because that costs no marker in every history. Absent: the first one.
     * From 2 on search attributes are told together; from 3 on `run` makes ready itself what is at hand.
     */
    storyVersion: z.union([z.literal(2), z.literal(3)]).optional(),
  })
  .readonly();
export type JobInput = z.infer<typeof jobInputSchema>;

/** Signal `placed`: ignored for another uid and for any epoch not above the last one the job has seen. */
export const placedSignalSchema = z.object({ uid: jobUidSchema, placement: placementSchema }).readonly();
export type PlacedSignal = z.infer<typeof placedSignalSchema>;

/** Signal `cancel`: null = the job's own stop policy. */
export const cancelSignalSchema = z
  .object({
    uid: jobUidSchema,
    graceSec: z.number().nullable(),
    signal: z.string().nullable(),
    because: z.string(),
    /** What a job that ends by it is recorded with; absent = cancelled_by_request. */
    reason: z.enum(['cancelled_by_request', 'host_drained']).optional(),
  })
  .readonly();
export type CancelSignal = z.infer<typeof cancelSignalSchema>;

/** Input of `close:<uid>`: ends what a job left behind whose own workflow is closed. */
export const closeJobInputSchema = z
  .object({
    uid: jobUidSchema,
    jobId: jobIdSchema,
    /** How the job's workflow ended: "terminated", "failed", "timed out", "cancelled", "completed", "absent". */
    workflowStatus: z.string(),
    /** How the workflow said the job ended; absent or null where it was stopped before it could. */
    outcome: outcomeSchema.nullable().optional(),
  })
  .readonly();
export type CloseJobInput = z.infer<typeof closeJobInputSchema>;

/** Input of `stray:<uid>:<epoch>`: what still runs there although its placement was given back. */
export type ClearStrayInput = {
  readonly uid: JobUid;
  readonly jobId: JobId;
  readonly stray: HeldPlacement;
  readonly stop: StopPolicy;
};

/** Input of `forget:<uid>`: the deleted job, and the hosts that an earlier run of the workflow is done with. */
export type ForgetJobInput = { readonly uid: JobUid; readonly jobId: JobId; readonly done: readonly HostName[] };

/** `highestEpoch`: what the planner before this run had given; absent in a dispatcher begun anew. */
export const dispatcherInputSchema = z
  .object({ pool: poolNameSchema, highestEpoch: epochSchema.nullable().optional() })
  .readonly();
export type DispatcherInput = z.infer<typeof dispatcherInputSchema>;

/** Where a live or unreleased replica of a job is, as the ledger holds it. */
export const heldPlacementSchema = z
  .object({
    host: hostNameSchema,
    placement: placementSchema,
    attempt: z.number().int(),
    role: roleNameSchema,
    replica: z.number().int(),
  })
  .readonly();
export type HeldPlacement = z.infer<typeof heldPlacementSchema>;

/** Signal `hostLost`: the host of this placement is gone for certain, and its container with it. */
export const hostLostSignalSchema = z
  .object({ uid: jobUidSchema, epoch: epochSchema, host: hostNameSchema, because: z.string() })
  .readonly();
export type HostLostSignal = z.infer<typeof hostLostSignalSchema>;

/** Input of `host:<name>`. */
export type HostInput = {
  readonly name: HostName;
  readonly pool: PoolName;
  readonly lostAfterMs: number;
  readonly cordoned: boolean;
  readonly drain: { readonly deadlineMs: number | null } | null;
  /** The session whose hello the ledger accepted last, taken up again; null for a host that was never heard. */
  readonly session: string | null;
  /** How many events make a long history; absent = the workflow's own measure. */
  readonly longHistoryEvents?: number;
  /** What an earlier run of this workflow knew; wins over the above. Null at the first run. */
  readonly carried: { readonly state: HostState; readonly revision: number } | null;
};

/** Update `remove` of `host:<name>`. `destroyed`: as of the order of this kind. */
export type RemoveHost = { readonly destroyed: boolean };

/** Signal `order` of `host:<name>`. */
export type HostOrder =
  | { readonly kind: 'cordon' }
  /** Takes back a drain as well. */
  | { readonly kind: 'uncordon' }
  /** No new placements; what still runs at the deadline is cancelled. Null = it may finish. */
  | { readonly kind: 'drain'; readonly deadlineMs: number | null }
  /** `destroyed`: its containers are gone for certain, and what it held is given back on that word. */
  | { readonly kind: 'remove'; readonly destroyed: boolean }
  /** The ledger asks for a new hello. */
  | { readonly kind: 'refresh' };
