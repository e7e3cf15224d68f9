import type { JobId, JobUid } from '../../model/ids.ts';
import type { JobRow } from '../job-row.ts';
import type { VerbContext } from './context.ts';
import { addOutboxEntries } from './outbox-entry.ts';
import { trackRemoval } from './track.ts';

/** Bounds the length of the lists of ids in the statements below. */
const BATCH = 200;

export type Waiting = Pick<JobRow, 'uid' | 'job_id'>;

/**
 * The rows were never there: their ids go back to the jobs that had them before, what they were promised is dropped,
 * and their workflows, which may run or be about to, are told to end. One that starts later finds a withdrawn row.
 */
export async function withdrawWaiting(ctx: VerbContext, jobs: readonly Waiting[], because: string): Promise<void> {
  for (let at = 0; at < jobs.length; at += BATCH) await withdrawBatch(ctx, jobs.slice(at, at + BATCH), because);
  if (jobs.length > 0) ctx.touch('queue');
}

async function withdrawBatch(ctx: VerbContext, jobs: readonly Waiting[], because: string): Promise<void> {
  const uids = jobs.map(({ uid }) => uid);
  await ctx.trx.updateTable('jobs').set({ withdrawn_at_ms: ctx.nowMs, current: 0 }).where('uid', 'in', uids).execute();
  const jobIds = jobs.map(({ job_id: jobId }) => jobId);
  await giveIdsBack(ctx, jobIds);
  await trackRemoval(ctx, uids, jobIds);
  await ctx.trx.deleteFrom('outbox').where('uid', 'in', uids).execute();
  const entries = jobs.map(({ uid, job_id: jobId }) => {
    const signal = { uid, graceSec: null, signal: null, because };
    return { uid, jobId, message: { kind: 'cancel', signal } as const };
  });
  await addOutboxEntries(ctx, entries);
  for (const { uid } of jobs) ctx.touch(`job:${uid}`);
}

/** To the latest row of each id that is not withdrawn. Nobody goes by these ids now. */
export async function giveIdsBack(ctx: VerbContext, jobIds: readonly JobId[]): Promise<void> {
  const previous = await ctx.trx
    .selectFrom('jobs')
    .select(['job_id', 'uid'])
    .where('job_id', 'in', jobIds)
    .where('withdrawn_at_ms', 'is', null)
    .orderBy('queue_seq')
    .execute();
  const latest = new Map<JobId, JobUid>(previous.map((row) => [row.job_id, row.uid]));
  if (latest.size === 0) return;
  await ctx.trx
    .updateTable('jobs')
    .set({ current: 1 })
    .where('uid', 'in', [...latest.values()])
    .execute();
}
