import type { Epoch, HostName } from '../../model/ids.ts';
import { compareEpochs } from '../../scheduling/epoch.ts';
import type { VerbContext } from './context.ts';
import { presentGeneration } from './counters.ts';
import { isCoveredBy } from './placement-fate.ts';

/**
 * A ledger that was restored from an older copy may know nothing of a host's joining, or of its new engine. So what it
 * has counts only where it cannot be older than the placement: the host was removed after that was given, or has said
 * hello with its other engine in this generation, which has given that epoch. Without an epoch: in this generation.
 */
export async function isHostGone(
  ctx: VerbContext,
  input: { readonly host: HostName; readonly engineId: string; readonly epoch?: Epoch },
): Promise<boolean> {
  const { host, engineId, epoch } = input;
  const row = await ctx.trx
    .selectFrom('hosts')
    .select(['condition', 'engine_id', 'generation', 'gone_generation', 'gone_counter'])
    .where('name', '=', host)
    .executeTakeFirst();
  if (row === undefined) return false;
  const isRemoved = row.condition === 'removed';
  if (!isRemoved && row.engine_id === engineId) return false;
  if (epoch !== undefined && isCoveredBy(row, epoch)) return true;
  const { generation, epoch_counter: counter } = await presentGeneration(ctx);
  if (isRemoved) return epoch === undefined && row.gone_generation === generation;
  return row.generation === generation && (epoch === undefined || compareEpochs(epoch, { generation, counter }) <= 0);
}
