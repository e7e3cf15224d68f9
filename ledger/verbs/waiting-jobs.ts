import type { SelectQueryBuilder } from 'kysely';
import type { PoolName } from '../../model/ids.ts';
import type { LedgerSchema } from '../schema.ts';
import type { VerbContext } from './context.ts';

/** A pool's queue: all of its condition is in the index jobs_open, so that counting it reads nothing else. */
export function waitingJobs(ctx: VerbContext, pool: PoolName): SelectQueryBuilder<LedgerSchema, 'jobs', object> {
  return openJobs(ctx, pool).where('live_counter', 'is', null);
}

/** What waits or may wait again: among these ranks are unique. The condition of the index jobs_open. */
export function openJobs(ctx: VerbContext, pool: PoolName): SelectQueryBuilder<LedgerSchema, 'jobs', object> {
  return ctx.trx
    .selectFrom('jobs')
    .where('pool', '=', pool)
    .where('ended_at_ms', 'is', null)
    .where('withdrawn_at_ms', 'is', null);
}

export async function countWaiting(ctx: VerbContext, pool: PoolName): Promise<number> {
  const { waiting } = await waitingJobs(ctx, pool)
    .select(({ fn }) => fn.countAll<number>().as('waiting'))
    .executeTakeFirstOrThrow();
  return waiting;
}
