import type { JobUid } from '../../model/ids.ts';
import type { VerbContext } from './context.ts';
import { markDeleted } from './delete-schedule.ts';

export async function withdrawSchedule(ctx: VerbContext, input: { readonly uid: JobUid }): Promise<void> {
  const row = await ctx.trx
    .selectFrom('schedules')
    .select(['uid', 'job_id'])
    .where('uid', '=', input.uid)
    .where('deleted_at_ms', 'is', null)
    .executeTakeFirst();
  if (row !== undefined) await markDeleted(ctx, row);
}
