import type { JobUid } from '../../model/ids.ts';
import type { VerbContext } from './context.ts';
import { findJob } from './find-job.ts';
import { dropOutboxEntries } from './outbox-entry.ts';
import { giveIdsBack } from './withdraw-waiting.ts';

/** The id goes back to the job that had it before: a withdrawn admission never was. */
export async function withdraw(
  ctx: VerbContext,
  input: { readonly uid: JobUid },
): Promise<{ readonly kind: 'withdrawn' | 'started' }> {
  const row = await findJob(ctx, input.uid);
  if (row === null || row.withdrawn_at_ms !== null) return { kind: 'withdrawn' };
  if (row.start_confirmed === 1) return { kind: 'started' };
  await ctx.trx
    .updateTable('jobs')
    .set({ withdrawn_at_ms: ctx.nowMs, current: 0 })
    .where('uid', '=', row.uid)
    .execute();
  await dropOutboxEntries(ctx, row.uid, 'start');
  if (row.current === 1) await giveIdsBack(ctx, [row.job_id]);
  ctx.touch('queue');
  ctx.touch(`job:${row.uid}`);
  return { kind: 'withdrawn' };
}
