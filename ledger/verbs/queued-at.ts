import type { PoolName } from '../../model/ids.ts';
import type { ListedJob } from '../ledger.ts';
import type { VerbContext } from './context.ts';
import { listedJobs } from './listed-jobs.ts';
import { rowAt } from './queue-target.ts';

export async function queuedAt(
  ctx: VerbContext,
  input: { readonly pool: PoolName; readonly position: number },
): Promise<ListedJob | null> {
  const row = await rowAt(ctx, input.pool, input.position);
  if (row === undefined) return null;
  const [found] = await listedJobs(ctx, (jobs) => jobs.where('uid', '=', row.uid));
  return found === undefined ? null : { ...found.job, position: input.position };
}
