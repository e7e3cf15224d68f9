import type { Reason } from '../../model/job-record.ts';
import type { JobRow } from '../job-row.ts';
import type { VerbContext } from './context.ts';
import { track } from './track.ts';

/** The job waits again, at its old place in the order (pins ended when it left the queue), with no placement that may still act for it. */
export async function requeue(
  ctx: VerbContext,
  row: JobRow,
  entry: { readonly attempt: number; readonly reason: Reason; readonly sentence: string },
): Promise<void> {
  await ctx.trx
    .updateTable('jobs')
    .set({
      state: 'queued',
      reason: entry.reason,
      sentence: entry.sentence,
      attempt: entry.attempt,
      live_generation: null,
      live_counter: null,
      queued_at_ms: ctx.nowMs,
      placed_at_ms: null,
      started_at_ms: null,
      logs_complete: 0,
      pinned_before: null,
    })
    .where('uid', '=', row.uid)
    .execute();
  await ctx.trx.updateTable('jobs').set({ pinned_before: null }).where('pinned_before', '=', row.uid).execute();
  await track(ctx, 'queued', [{ ...row, ...entry, started_at_ms: null }]);
  ctx.touch('queue');
  ctx.touch(`job:${row.uid}`);
}
