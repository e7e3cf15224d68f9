import { z } from 'zod';
import { exitSchema, replicaRefSchema } from './replica.ts';

/**
 * What a host reports directly, past the workflow, so that lists are true at once. Kept as facts per (uid, epoch,
 * role, replica): they may move a live epoch to running or stopping, never make a job final, never release, and are
 * dropped when their epoch is not the live one.
 */
export const noticeSchema = z.discriminatedUnion('kind', [
  z.object({ kind: z.literal('started'), replica: replicaRefSchema, containerId: z.string(), atMs: z.number() }),
  z.object({ kind: z.literal('exited'), replica: replicaRefSchema, exit: exitSchema, atMs: z.number() }),
  /** The workflow that owned a `run` activity is gone (terminated, reset): look at this job now. */
  z.object({ kind: z.literal('orphaned'), replica: replicaRefSchema, atMs: z.number() }),
]);
export type Notice = z.infer<typeof noticeSchema>;
