import type { JobUid } from '../../model/ids.ts';
import type { VerbContext } from './context.ts';

export async function markWorkflowClosed(ctx: VerbContext, input: { readonly uid: JobUid }): Promise<void> {
  await ctx.trx.updateTable('jobs').set({ workflow_closed: 1 }).where('uid', '=', input.uid).execute();
  ctx.touch(`job:${input.uid}`);
}
