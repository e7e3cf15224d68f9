import type { VerbContext } from './context.ts';

export async function finishOutbox(ctx: VerbContext, input: { readonly ids: readonly number[] }): Promise<void> {
  if (input.ids.length === 0) return;
  await ctx.trx.deleteFrom('outbox').where('id', 'in', input.ids).execute();
  ctx.touch('outbox');
}
