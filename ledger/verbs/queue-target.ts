import type { PoolName } from '../../model/ids.ts';
import type { JobRow } from '../job-row.ts';
import type { NotInQueue, QueueTarget } from '../ledger.ts';
import type { VerbContext } from './context.ts';
import { waitingJobs } from './waiting-jobs.ts';

export async function findQueued(
  ctx: VerbContext,
  pool: PoolName,
  target: QueueTarget,
): Promise<{ readonly kind: 'found'; readonly row: JobRow } | NotInQueue> {
  const row = await (target.kind === 'position' ? rowAt(ctx, pool, target.position) : rowOf(ctx, pool, target));
  if (row === undefined) return { kind: 'unknown' };
  const waits = row.ended_at_ms === null && row.live_counter === null;
  return waits ? { kind: 'found', row } : { kind: 'not_queued', state: row.state };
}

/** Walks the index alone, then reads the one row. */
export async function rowAt(ctx: VerbContext, pool: PoolName, position: number): Promise<JobRow | undefined> {
  const standing = await waitingJobs(ctx, pool)
    .select('uid')
    .orderBy('rank')
    .limit(1)
    .offset(position)
    .executeTakeFirst();
  if (standing === undefined) return undefined;
  return ctx.trx.selectFrom('jobs').selectAll().where('uid', '=', standing.uid).executeTakeFirst();
}

function rowOf(
  ctx: VerbContext,
  pool: PoolName,
  target: Extract<QueueTarget, { kind: 'job' }>,
): Promise<JobRow | undefined> {
  return ctx.trx
    .selectFrom('jobs')
    .selectAll()
    .where('job_id', '=', target.jobId)
    .where('current', '=', 1)
    .where('withdrawn_at_ms', 'is', null)
    .where('pool', '=', pool)
    .executeTakeFirst();
}
