import type { JobId } from '../../model/ids.ts';
import type { ListedJob } from '../ledger.ts';
import type { VerbContext } from './context.ts';
import { listedJobs } from './listed-jobs.ts';
import { queuePosition } from './queue-position.ts';

export async function job(ctx: VerbContext, input: { readonly jobId: JobId }): Promise<ListedJob | null> {
  const [found] = await listedJobs(ctx, (jobs) =>
    jobs.where('job_id', '=', input.jobId).where('current', '=', 1).where('withdrawn_at_ms', 'is', null),
  );
  if (found === undefined) return null;
  return { ...found.job, position: await queuePosition(ctx, found.row) };
}
