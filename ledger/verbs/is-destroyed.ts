import type { Epoch, HostName, JobUid } from '../../model/ids.ts';
import type { VerbContext } from './context.ts';

/**
 * A removed host held nothing of ours or was removed as destroyed, so it counts for what this ledger has no placement
 * of. Where it has one, only that one's own proof does: a host of the same name may have joined since.
 */
export async function isDestroyed(
  ctx: VerbContext,
  input: { readonly uid: JobUid; readonly epoch: Epoch; readonly host: HostName },
): Promise<boolean> {
  const placement = await ctx.trx
    .selectFrom('placements')
    .select('proof')
    .where('uid', '=', input.uid)
    .where('generation', '=', input.epoch.generation)
    .where('counter', '=', input.epoch.counter)
    .executeTakeFirst();
  if (placement !== undefined) return placement.proof === 'host_destroyed';
  const host = await ctx.trx.selectFrom('hosts').select('condition').where('name', '=', input.host).executeTakeFirst();
  return host?.condition === 'removed';
}
