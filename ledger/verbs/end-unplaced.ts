import type { JobUid } from '../../model/ids.ts';
import type { Outcome } from '../../model/job-record.ts';
import { confirmStart } from './confirm-start.ts';
import type { VerbContext } from './context.ts';
import { endJob } from './end-job.ts';
import { expectJob } from './find-job.ts';

/** Ends a job whose workflow was not started and never will be: nobody looks for one. */
export async function endUnplaced(
  ctx: VerbContext,
  uid: JobUid,
  { reason, sentence }: Pick<Outcome, 'reason' | 'sentence'>,
): Promise<void> {
  await confirmStart(ctx, await expectJob(ctx, uid));
  const row = await expectJob(ctx, uid);
  await endJob(ctx, row, { state: 'failed', reason, sentence, exit: null });
  await ctx.trx.updateTable('jobs').set({ workflow_closed: 1, logs_complete: 1 }).where('uid', '=', uid).execute();
}
