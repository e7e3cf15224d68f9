import type { PoolName } from '../../model/ids.ts';
import type { HeldResources, HostView } from '../ledger.ts';
import type { VerbContext } from './context.ts';
import { presentGeneration } from './counters.ts';
import { heldOn } from './held-resources.ts';
import { hostColumns, toHostView } from './hosts.ts';
import { unaccountedGpus } from './unaccounted-gpus.ts';

export type PoolNow = {
  readonly generation: number;
  /** In name order; removed ones are none of the pool's. */
  readonly hosts: readonly HostView[];
  readonly held: readonly HeldResources[];
};

/** A pool's hosts, and what is held there. */
export async function poolNow(ctx: VerbContext, pool: PoolName): Promise<PoolNow> {
  const { generation } = await presentGeneration(ctx);
  const rows = await ctx.trx
    .selectFrom('hosts')
    .select(hostColumns)
    .where('pool', '=', pool)
    .where('condition', '!=', 'removed')
    .orderBy('name')
    .execute();
  const held = await heldOn(ctx, rows);
  const unaccounted = await unaccountedGpus(
    ctx,
    rows.map(({ name }) => name),
    held,
  );
  const views = rows.map((row) => {
    const unaccountedGpuIds = unaccounted.get(row.name);
    return { ...toHostView(row, generation), ...(unaccountedGpuIds === undefined ? {} : { unaccountedGpuIds }) };
  });
  return { generation, hosts: views, held };
}
