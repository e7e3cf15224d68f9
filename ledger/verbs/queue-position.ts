import type { JobRow } from '../job-row.ts';
import { isWaiting } from '../job-states.ts';
import type { VerbContext } from './context.ts';
import { waitingJobs } from './waiting-jobs.ts';

/** How many jobs of its pool wait before it; null when it does not wait. */
export async function queuePosition(ctx: VerbContext, row: JobRow): Promise<number | null> {
  if (!isWaiting(row.state) || row.withdrawn_at_ms !== null) return null;
  const { before } = await waitingJobs(ctx, row.pool)
    .select(({ fn }) => fn.countAll<number>().as('before'))
    .where('rank', '<', row.rank)
    .executeTakeFirstOrThrow();
  return before;
}
