import type { VerbContext } from './context.ts';

/** The next that wants it has it at once; where another holds it by now, nothing is done. */
export async function releaseTracker(
  ctx: VerbContext,
  input: { readonly tracker: string; readonly holder: string },
): Promise<void> {
  await ctx.trx
    .updateTable('trackers')
    .set({ holder: '' })
    .where('name', '=', input.tracker)
    .where('holder', '=', input.holder)
    .execute();
  ctx.touch('trackers');
}
