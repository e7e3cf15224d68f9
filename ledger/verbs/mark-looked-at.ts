import type { JobUid } from '../../model/ids.ts';
import type { VerbContext } from './context.ts';

export async function markLookedAt(ctx: VerbContext, input: { readonly uid: JobUid }): Promise<void> {
  await ctx.trx.updateTable('jobs').set({ last_heard_at_ms: ctx.nowMs }).where('uid', '=', input.uid).execute();
}
