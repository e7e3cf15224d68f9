import type { PoolName } from '../../model/ids.ts';
import type { VerbContext } from './context.ts';
import { waitingJobs } from './waiting-jobs.ts';
import { withdrawWaiting } from './withdraw-waiting.ts';

export async function clearQueue(
  ctx: VerbContext,
  input: { readonly pool: PoolName; readonly because: string },
): Promise<{ readonly removed: number }> {
  const waiting = await waitingJobs(ctx, input.pool).select(['uid', 'job_id']).orderBy('rank').execute();
  await withdrawWaiting(ctx, waiting, input.because);
  return { removed: waiting.length };
}
