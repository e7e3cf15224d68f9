import { z } from 'zod';
import { digestSchema, epochSchema, type Epoch } from '../../model/ids.ts';
import { reasonSchema } from '../../model/job-record.ts';
import { stopPolicySchema } from '../../model/job-spec.ts';
import { exitSchema, replicaRefSchema, usageSchema } from '../../model/replica.ts';
import type { PendingActivity } from '../control-plane.ts';
import type { JournalEntry, JournalOwner } from './journal.ts';

const runResultSchema = z.discriminatedUnion('kind', [
  z.object({ kind: z.literal('exited'), exit: exitSchema }),
  z.object({ kind: z.literal('start_failed'), reason: reasonSchema, sentence: z.string() }),
  z.object({ kind: z.literal('vanished'), sentence: z.string() }),
  z.object({ kind: z.literal('refused'), because: z.string() }),
]);
const runLimitSchema = z.object({ runTimeoutSec: z.number().nullable(), stop: stopPolicySchema });
const collectedSchema = z.object({
  artifactsDigest: digestSchema.nullable(),
  usage: usageSchema.nullable(),
  incomplete: z.string().nullable(),
});

const rowSchema = z.object({
  uid: z.string(),
  role: z.string(),
  replica: z.number(),
  generation: z.number(),
  counter: z.number(),
  job_id: z.string(),
  attempt: z.number(),
  phase: z.enum(['created', 'starting', 'started', 'closed']),
  container_id: z.string().nullable(),
  run_limit: z.string().nullable(),
  ended_by: z.enum(['deadline', 'stop']).nullable(),
  result: z.string().nullable(),
  usage: z.string().nullable(),
  collected: z.string().nullable(),
});

const readJson = <T>(schema: z.ZodType<T>, text: string | null): T | null =>
  text === null ? null : schema.parse(JSON.parse(text));

export const readEntry = (row: unknown): JournalEntry => {
  const { uid, role, replica, generation, counter, job_id, attempt, ...rest } = rowSchema.parse(row);
  return {
    replica: replicaRefSchema.parse({ uid, jobId: job_id, role, replica, attempt, epoch: { generation, counter } }),
    phase: rest.phase,
    containerId: rest.container_id,
    limit: readJson(runLimitSchema, rest.run_limit),
    endedBy: rest.ended_by,
    result: readJson(runResultSchema, rest.result),
    usage: readJson(usageSchema, rest.usage),
    collected: readJson(collectedSchema, rest.collected),
  };
};

export const readEpoch = (row: unknown): Epoch | null => (row === undefined ? null : epochSchema.parse(row));

const pendingSchema = z.object({ workflow_id: z.string(), run_id: z.string(), activity_id: z.string() });
export const readPending = (row: unknown): PendingActivity => {
  const { workflow_id, run_id, activity_id } = pendingSchema.parse(row);
  return { workflowId: workflow_id, runId: run_id, activityId: activity_id };
};

const textSchema = z.object({ text: z.string() });
export const readText = (row: unknown): string => textSchema.parse(row).text;

const countSchema = z.object({ count: z.number().int() });
export const readCount = (row: unknown): number => countSchema.parse(row).count;

const ownerSchema = z.object({ pid: z.number().int(), startedAt: z.string() });
export const readOwner = (row: unknown): JournalOwner => ownerSchema.parse(row);
