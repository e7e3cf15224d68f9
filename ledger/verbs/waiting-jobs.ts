import type { SelectQueryBuilder } from 'kysely';
import type { PoolName } from '../../model/ids.ts';
import type { LedgerSchema } from '../schema.ts';
import type { VerbContext } from './context.ts';

/** A pool's queue: the very condition of the index jobs_waiting, so that counting it reads nothing else. */
export function waitingJobs(ctx: VerbContext, pool: PoolName): SelectQueryBuilder<LedgerSchema, 'jobs', object> {
  return ctx.trx
    .selectFrom('jobs')
    .where('pool', '=', pool)
    .where('ended_at_ms', 'is', null)
    .where('withdrawn_at_ms', 'is', null)
    .where('live_counter', 'is', null);
}
