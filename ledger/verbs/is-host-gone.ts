import type { HostName } from '../../model/ids.ts';
import type { VerbContext } from './context.ts';

/** A host that this ledger does not know may still say hello: it may be newer than the ledger's copy. */
export async function isHostGone(
  ctx: VerbContext,
  input: { readonly host: HostName; readonly engineId: string },
): Promise<boolean> {
  const row = await ctx.trx
    .selectFrom('hosts')
    .select(['condition', 'engine_id'])
    .where('name', '=', input.host)
    .executeTakeFirst();
  return row !== undefined && (row.condition === 'removed' || row.engine_id !== input.engineId);
}
