import type { HostName } from '../../model/ids.ts';
import type { VerbContext } from './context.ts';
import { cancelRow } from './request-cancel.ts';

/** Cancels what still runs on a drained host, by the same door as a person's cancel. What is being stopped is let be. */
export async function evictHost(
  ctx: VerbContext,
  input: { readonly name: HostName; readonly because: string },
): Promise<void> {
  const held = await ctx.trx
    .selectFrom('jobs')
    .selectAll()
    .where('ended_at_ms', 'is', null)
    .where('cancel_requested_at_ms', 'is', null)
    .where('uid', 'in', (eb) =>
      eb
        .selectFrom('placements')
        .select('placements.uid')
        .where('placements.host', '=', input.name)
        .where('placements.released_at_ms', 'is', null),
    )
    .execute();
  for (const row of held) {
    await cancelRow(ctx, row, { graceSec: null, signal: null, reason: 'host_drained', because: input.because });
  }
}
