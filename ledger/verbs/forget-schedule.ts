import type { JobUid } from '../../model/ids.ts';
import type { VerbContext } from './context.ts';
import { countPending } from './schedule-row.ts';

export async function forgetSchedule(ctx: VerbContext, input: { readonly uid: JobUid }): Promise<void> {
  if ((await countPending(ctx, input.uid)) > 0) return;
  await ctx.trx
    .updateTable('schedules')
    .set({ deleted_at_ms: ctx.nowMs })
    .where('uid', '=', input.uid)
    .where('deleted_at_ms', 'is', null)
    .execute();
}
