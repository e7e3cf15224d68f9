import type { JobId } from '../../model/ids.ts';
import type { ForgetAnswer } from '../deletion-books.ts';
import { isFinal } from '../job-states.ts';
import { keepReplaced } from './blob-references.ts';
import type { VerbContext } from './context.ts';
import { addOutboxEntry } from './outbox-entry.ts';
import { track } from './track.ts';

/**
 * All rows of the id are taken back at once, the withdrawn ones too; the promise to remove what lies in files is
 * committed with it. Rows that were deleted before are left to their own promise.
 */
export async function forgetJob(ctx: VerbContext, input: { readonly jobId: JobId }): Promise<ForgetAnswer> {
  const { jobId } = input;
  const ofId = ctx.trx.selectFrom('jobs').selectAll().where('job_id', '=', jobId);
  const row = await ofId.where('current', '=', 1).executeTakeFirst();
  if (row === undefined) return { kind: 'unknown' };
  if (!isFinal(row.state)) return { kind: 'open', state: row.state };
  await ctx.trx
    .updateTable('jobs')
    .set((eb) => ({
      forgotten_with: row.uid,
      current: 0,
      withdrawn_at_ms: eb.fn.coalesce('withdrawn_at_ms', eb.val(ctx.nowMs)),
    }))
    .where('job_id', '=', jobId)
    .where('forgotten_with', 'is', null)
    .execute();
  const bundle = await ctx.trx.deleteFrom('bundles').where('job_id', '=', jobId).returning('digest').executeTakeFirst();
  if (bundle !== undefined) await keepReplaced(ctx, jobId, bundle.digest);
  await track(ctx, 'deleted', [row]);
  await addOutboxEntry(ctx, { uid: row.uid, jobId, message: { kind: 'forget' }, delayMs: 0 });
  ctx.touch(`job:${row.uid}`);
  ctx.touch(`log:${row.uid}`);
  return { kind: 'forgotten', uid: row.uid };
}
