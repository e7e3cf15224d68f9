import type { HostName } from '../../model/ids.ts';
import { fromJson, toJson } from '../json-text.ts';
import type { HeldResources } from '../ledger.ts';
import type { VerbContext } from './context.ts';
import { hostColumns, unknownHeldOn } from './hosts.ts';

/** All that is held on a host, or on every host of the ledger. */
export async function heldResources(
  ctx: VerbContext,
  input: { readonly host: HostName | null },
): Promise<readonly HeldResources[]> {
  const { host } = input;
  const placed = await ctx.trx
    .selectFrom('placements')
    .select(['uid', 'host', 'resources', 'gpu_ids'])
    .where('released_at_ms', 'is', null)
    .$if(host !== null, (query) => query.where('host', '=', host))
    .orderBy('placed_at_ms')
    .execute();
  const rows = await ctx.trx
    .selectFrom('hosts')
    .select(hostColumns)
    .$if(host !== null, (query) => query.where('name', '=', host))
    .where('unknown_held', '!=', toJson([]))
    .execute();
  return [
    ...placed.map((row) => ({
      uid: row.uid,
      host: row.host,
      resources: fromJson(row.resources),
      gpuIds: fromJson(row.gpu_ids),
    })),
    ...rows.flatMap(unknownHeldOn),
  ];
}
