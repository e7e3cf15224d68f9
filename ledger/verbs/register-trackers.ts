import type { VerbContext } from './context.ts';
import { dropDelivered } from './advance-tracker.ts';

/** A new one is told of what happens from now on; one that is registered already keeps its place. */
export async function registerTrackers(
  ctx: VerbContext,
  input: { readonly names: readonly string[]; readonly only: boolean; readonly ledgerId: string },
): Promise<void> {
  await ctx.trx.updateTable('tracker_state').set({ ledger_id: input.ledgerId }).where('ledger_id', '=', '').execute();
  const { last_event_id: last } = await ctx.trx
    .selectFrom('tracker_state')
    .select('last_event_id')
    .executeTakeFirstOrThrow();
  for (const name of input.names) {
    await ctx.trx
      .insertInto('trackers')
      .values({ name, holder: '', beat: 0, delivered_id: last })
      .onConflict((conflict) => conflict.doNothing())
      .execute();
  }
  if (!input.only) return;
  const registered = await ctx.trx.selectFrom('trackers').select('name').execute();
  for (const { name } of registered) {
    if (!input.names.includes(name)) await ctx.trx.deleteFrom('trackers').where('name', '=', name).execute();
  }
  await dropDelivered(ctx);
}
