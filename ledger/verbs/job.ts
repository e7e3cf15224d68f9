import type { JobId } from '../../model/ids.ts';
import type { ListedJob } from '../ledger.ts';
import type { VerbContext } from './context.ts';
import { listedJob } from './listed-job.ts';
import { queuePosition } from './queue-position.ts';

export async function job(ctx: VerbContext, input: { readonly jobId: JobId }): Promise<ListedJob | null> {
  const row = await ctx.trx
    .selectFrom('jobs')
    .selectAll()
    .where('job_id', '=', input.jobId)
    .where('current', '=', 1)
    .where('withdrawn_at_ms', 'is', null)
    .executeTakeFirst();
  if (row === undefined) return null;
  return { ...(await listedJob(ctx, row)), position: await queuePosition(ctx, row) };
}
