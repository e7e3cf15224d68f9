import type { JobUid } from '../../model/ids.ts';
import type { VerbContext } from './context.ts';

export async function lookAgain(ctx: VerbContext, input: { readonly uid: JobUid }): Promise<void> {
  await ctx.trx
    .updateTable('jobs')
    .set({ last_heard_at_ms: 0, workflow_closed: 0 })
    .where('uid', '=', input.uid)
    .execute();
  ctx.touch('sweep');
}
