import type { PoolName } from '../../model/ids.ts';
import type { JobRow } from '../job-row.ts';
import { fromJson } from '../json-text.ts';
import type { QueueEntry, QueuePage } from '../ledger.ts';
import type { VerbContext } from './context.ts';
import { countWaiting, waitingJobs } from './waiting-jobs.ts';

const shown = [
  'uid',
  'job_id',
  'project',
  'owner',
  'image',
  'resources',
  'attempt',
  'admitted_at_ms',
  'queued_at_ms',
  'held_at_ms',
  'start_confirmed',
] as const satisfies readonly (keyof JobRow)[];

/** The index alone says which rows the page has; only those are read. */
export async function queuePage(
  ctx: VerbContext,
  input: { readonly pool: PoolName; readonly offset: number; readonly limit: number },
): Promise<QueuePage> {
  const rows = await ctx.trx
    .selectFrom('jobs')
    .select(shown)
    .where(
      'uid',
      'in',
      waitingJobs(ctx, input.pool).select('uid').orderBy('rank').limit(input.limit).offset(input.offset),
    )
    .orderBy('rank')
    .execute();
  return {
    total: await countWaiting(ctx, input.pool),
    entries: rows.map((row, index) => toQueueEntry(row, input.offset + index)),
  };
}

export const toQueueEntry = (row: Pick<JobRow, (typeof shown)[number]>, position: number): QueueEntry => ({
  uid: row.uid,
  jobId: row.job_id,
  position,
  project: row.project,
  owner: row.owner,
  image: row.image,
  resources: fromJson(row.resources),
  attempt: row.attempt,
  admittedAtMs: row.admitted_at_ms,
  queuedAtMs: row.queued_at_ms,
  heldAtMs: row.held_at_ms,
  confirmed: row.start_confirmed === 1,
});
