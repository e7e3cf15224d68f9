import type { VerbContext } from './context.ts';

/** Never takes a tracker back: of two that delivered to it, the one that came further counts. */
export async function advanceTracker(
  ctx: VerbContext,
  input: { readonly tracker: string; readonly deliveredId: number },
): Promise<void> {
  await ctx.trx
    .updateTable('trackers')
    .set({ delivered_id: input.deliveredId })
    .where('name', '=', input.tracker)
    .where('delivered_id', '<', input.deliveredId)
    .execute();
  await dropDelivered(ctx);
}

/** Deletes what every tracker has; all of it when there is none. */
export async function dropDelivered(ctx: VerbContext): Promise<void> {
  const { least } = await ctx.trx
    .selectFrom('trackers')
    .select((eb) => eb.fn.min('delivered_id').as('least'))
    .executeTakeFirstOrThrow();
  const events = ctx.trx.deleteFrom('tracker_events');
  await (least === null ? events : events.where('id', '<=', least)).execute();
}
