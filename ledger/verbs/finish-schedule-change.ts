import type { VerbContext } from './context.ts';

export async function finishScheduleChange(ctx: VerbContext, input: { readonly id: number }): Promise<void> {
  await ctx.trx.deleteFrom('schedule_changes').where('id', '=', input.id).execute();
  // A later change of the same schedule may have waited for this one.
  ctx.touch('schedules');
}
