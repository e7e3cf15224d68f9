import type { JobId } from '../../model/ids.ts';
import type { JobWithLog } from '../ledger.ts';
import type { VerbContext } from './context.ts';
import { job } from './job.ts';
import { logCursors } from './log-cursors.ts';

/** In one call what else takes two: clients look at their jobs, logs and all, over and over. */
export async function jobWithLog(ctx: VerbContext, input: { readonly jobId: JobId }): Promise<JobWithLog | null> {
  const found = await job(ctx, input);
  return found === null ? null : { job: found, log: await logCursors(ctx, { uid: found.record.uid }) };
}
