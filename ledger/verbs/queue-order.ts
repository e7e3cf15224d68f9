import type { JobUid, PoolName } from '../../model/ids.ts';
import type { VerbContext } from './context.ts';
import { waitingJobs } from './waiting-jobs.ts';

export async function queueOrder(ctx: VerbContext, input: { readonly pool: PoolName }): Promise<readonly JobUid[]> {
  const rows = await waitingJobs(ctx, input.pool).select('uid').orderBy('rank').execute();
  return rows.map(({ uid }) => uid);
}
