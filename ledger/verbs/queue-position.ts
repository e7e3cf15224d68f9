import type { JobRow } from '../job-row.ts';
import { isWaiting, waitingStates } from '../job-states.ts';
import type { VerbContext } from './context.ts';

/** How many jobs of its pool wait before it; null when it does not wait. */
export async function queuePosition(ctx: VerbContext, row: JobRow): Promise<number | null> {
  if (!isWaiting(row.state) || row.withdrawn_at_ms !== null) return null;
  const { before } = await ctx.trx
    .selectFrom('jobs')
    .select(({ fn }) => fn.countAll<number>().as('before'))
    .where('pool', '=', row.pool)
    .where('queue_seq', '<', row.queue_seq)
    .where('state', 'in', waitingStates)
    .where('ended_at_ms', 'is', null)
    .where('withdrawn_at_ms', 'is', null)
    .where('live_counter', 'is', null)
    .executeTakeFirstOrThrow();
  return before;
}
