import { LongshoreError } from '../../model/error.ts';
import type { JobInput } from '../../model/workflow-messages.ts';
import { rankOfArrival } from '../../scheduling/queue-ranks.ts';
import { toJson } from '../json-text.ts';
import type { JobRow } from '../job-row.ts';
import type { VerbContext } from './context.ts';
import { takeNext } from './counters.ts';

type Arrival = Pick<JobRow, 'state' | 'reason' | 'sentence' | 'start_confirmed' | 'admitted_at_ms'>;

/** A job's row, last in its queue. Its spec must be there, and no other row may go by its id if it is to be current. */
export async function insertJob(
  ctx: VerbContext,
  input: JobInput,
  arrival: Arrival & Partial<JobRow> & { readonly metadata: JobRow['metadata']; readonly current: JobRow['current'] },
): Promise<void> {
  const first = input.roles[0];
  if (first === undefined) throw new LongshoreError('spec_invalid', `Job ${input.jobId} has no role to run.`);
  const { value: queueSeq } = await takeNext(ctx, 'last_queue_seq');
  await ctx.trx
    .insertInto('jobs')
    .values({
      uid: input.uid,
      job_id: input.jobId,
      pool: input.pool,
      project: input.project,
      owner: input.owner,
      queue_seq: queueSeq,
      rank: rankOfArrival(queueSeq),
      attempt: input.firstAttempt,
      max_attempts: input.retry.maxAttempts,
      image: first.image,
      role: first.name,
      resources: toJson(first.resources),
      spec_digest: input.specDigest,
      bundle_digest: input.bundleDigest,
      input: toJson(input),
      logs_complete: 0,
      workflow_closed: 0,
      last_heard_at_ms: ctx.nowMs,
      queued_at_ms: ctx.nowMs,
      ...arrival,
    })
    .execute();
}
