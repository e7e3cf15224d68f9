import type { Epoch } from '../../model/ids.ts';
import type { ReplicaRef } from '../../model/replica.ts';
import { compareEpochs } from '../../scheduling/epoch.ts';
import { fromJson, toJson } from '../json-text.ts';
import { isSameEpoch } from '../job-row.ts';
import type { VerbContext } from './context.ts';

/** A container under an epoch that this ledger did not know has ended: what it held is free. `upTo`: and of every earlier one. */
export async function forgetUnknown(
  ctx: VerbContext,
  { uid, epoch, upTo = false }: Pick<ReplicaRef, 'uid' | 'epoch'> & { readonly upTo?: boolean },
): Promise<void> {
  const isGone = (held: Epoch): boolean => (upTo ? compareEpochs(held, epoch) <= 0 : isSameEpoch(held, epoch));
  const rows = await ctx.trx
    .selectFrom('hosts')
    .select(['name', 'unknown_held'])
    .where('unknown_held', '!=', toJson([]))
    .execute();
  for (const row of rows) {
    const held = fromJson(row.unknown_held);
    const left = held.filter((one) => one.uid !== uid || !isGone(one.epoch));
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
