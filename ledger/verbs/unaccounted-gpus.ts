import type { HostName } from '../../model/ids.ts';
import type { HeldResources } from '../ledger.ts';
import type { VerbContext } from './context.ts';

/**
 * GPUs with a row that they are held, where nothing that is held there has them. Their rows would refuse a placement
 * and everything decided with it, so they are known before.
 */
export async function unaccountedGpus(
  ctx: VerbContext,
  hosts: readonly HostName[],
  held: readonly HeldResources[],
): Promise<ReadonlyMap<HostName, readonly string[]>> {
  const found = new Map<HostName, string[]>();
  if (hosts.length === 0) return found;
  const rows = await ctx.trx.selectFrom('held_gpus').select(['host', 'gpu_id']).where('host', 'in', hosts).execute();
  if (rows.length === 0) return found;
  const known = new Map(hosts.map((host) => [host, new Set<string>()]));
  for (const { host, gpuIds } of held) for (const id of gpuIds) known.get(host)?.add(id);
  for (const { host, gpu_id: id } of rows) {
    if (known.get(host)?.has(id) === false) found.set(host, [...(found.get(host) ?? []), id]);
  }
  return found;
}

/** What a host answers for, its hello has told: a row beside that which belongs to no placement keeps its GPU for nobody. */
export async function dropUnaccountedGpus(ctx: VerbContext, host: HostName): Promise<void> {
  await ctx.trx
    .deleteFrom('held_gpus')
    .where('host', '=', host)
    .where(({ not, exists, selectFrom }) =>
      not(
        exists(
          selectFrom('placements')
            .select('placements.uid')
            .whereRef('placements.uid', '=', 'held_gpus.uid')
            .whereRef('placements.generation', '=', 'held_gpus.generation')
            .whereRef('placements.counter', '=', 'held_gpus.counter')
            .where('placements.released_at_ms', 'is', null),
        ),
      ),
    )
    .execute();
}
