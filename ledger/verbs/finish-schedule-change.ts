import type { JobUid } from '../../model/ids.ts';
import type { VerbContext } from './context.ts';
import { countPending } from './schedule-row.ts';

export async function finishScheduleChange(ctx: VerbContext, input: { readonly id: number }): Promise<void> {
  const finished = ctx.trx.deleteFrom('schedule_changes').where('id', '=', input.id).returning('uid');
  const change = await finished.executeTakeFirst();
  if (change === undefined) return;
  if ((await countPending(ctx, change.uid)) === 0) await removeDeleted(ctx, change.uid);
  // A later change of the same schedule may have waited for this one.
  ctx.touch('schedules');
}

/** A firing that comes later finds no schedule, which says the same as one that was deleted. Its jobs stay. */
async function removeDeleted(ctx: VerbContext, uid: JobUid): Promise<void> {
  const deleted = ctx.trx
    .selectFrom('schedules')
    .select('uid')
    .where('uid', '=', uid)
    .where('deleted_at_ms', 'is not', null);
  if ((await deleted.executeTakeFirst()) === undefined) return;
  await ctx.trx.deleteFrom('schedule_runs').where('schedule_uid', '=', uid).execute();
  await ctx.trx.deleteFrom('schedules').where('uid', '=', uid).execute();
}
