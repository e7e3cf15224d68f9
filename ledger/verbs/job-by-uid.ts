import type { JobUid } from '../../model/ids.ts';
import type { ListedJob } from '../ledger.ts';
import type { VerbContext } from './context.ts';
import { listedJobs } from './listed-jobs.ts';
import { queuePosition } from './queue-position.ts';

/** Any job there ever was, withdrawn ones too: hosts and workflows ask by uid. */
export async function jobByUid(ctx: VerbContext, input: { readonly uid: JobUid }): Promise<ListedJob | null> {
  const [found] = await listedJobs(ctx, (jobs) => jobs.where('uid', '=', input.uid));
  if (found === undefined) return null;
  return { ...found.job, position: await queuePosition(ctx, found.row) };
}
