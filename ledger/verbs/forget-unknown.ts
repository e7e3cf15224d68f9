import type { ReplicaRef } from '../../model/replica.ts';
import { fromJson, toJson } from '../json-text.ts';
import { isSameEpoch } from '../job-row.ts';
import type { VerbContext } from './context.ts';

/** What a host reported under this epoch is gone, or has its placement now: it holds nothing beside that. */
export async function forgetUnknown(
  ctx: VerbContext,
  { uid, epoch }: Pick<ReplicaRef, 'uid' | 'epoch'>,
): Promise<void> {
  const rows = await ctx.trx
    .selectFrom('hosts')
    .select(['name', 'unknown_held'])
    .where('unknown_held', '!=', toJson([]))
    .execute();
  for (const row of rows) {
    const held = fromJson(row.unknown_held);
    const left = held.filter((one) => one.uid !== uid || !isSameEpoch(one.epoch, epoch));
    if (left.length === held.length) continue;
    await ctx.trx
      .updateTable('hosts')
      .set({ unknown_held: toJson(left) })
      .where('name', '=', row.name)
      .execute();
    ctx.touch('queue');
    ctx.touch('hosts');
  }
}
