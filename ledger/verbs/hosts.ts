import type { Selectable } from 'kysely';
import { fromJson } from '../json-text.ts';
import type { HostView } from '../ledger.ts';
import type { HostTable } from '../schema.ts';
import type { VerbContext } from './context.ts';
import { presentGeneration } from './counters.ts';

export async function hosts(ctx: VerbContext): Promise<readonly HostView[]> {
  const { generation } = await presentGeneration(ctx);
  const rows = await ctx.trx.selectFrom('hosts').selectAll().orderBy('name').execute();
  return rows.map((row) => toHostView(row, generation));
}

export function toHostView(row: Selectable<HostTable>, presentGeneration: number): HostView {
  return {
    name: row.name,
    engineId: row.engine_id,
    inventory: fromJson(row.inventory),
    placeable: row.generation === presentGeneration,
  };
}
