import type { Selectable } from 'kysely';
import { fromJson } from '../json-text.ts';
import type { HostView } from '../ledger.ts';
import type { HostTable } from '../schema.ts';
import type { VerbContext } from './context.ts';
import { presentGeneration } from './counters.ts';

/** Without `reported`, which is large and nobody's business but hello's. */
export const hostColumns = [
  'name',
  'pool',
  'engine_id',
  'session',
  'inventory',
  'generation',
  'hello_at_ms',
  'condition',
  'condition_since_ms',
  'cordoned',
  'draining',
  'drain_deadline_ms',
  'lost_after_ms',
  'unknown_held',
  'workers',
] as const;
export type HostRow = Pick<Selectable<HostTable>, (typeof hostColumns)[number]>;

export async function hosts(ctx: VerbContext): Promise<readonly HostView[]> {
  const { generation } = await presentGeneration(ctx);
  const rows = await ctx.trx.selectFrom('hosts').select(hostColumns).orderBy('name').execute();
  return rows.map((row) => toHostView(row, generation));
}

export function toHostView(row: HostRow, presentGeneration: number): HostView {
  const isGreeted = row.generation === presentGeneration;
  const workers = fromJson(row.workers);
  return {
    name: row.name,
    pool: row.pool,
    engineId: row.engine_id,
    session: row.session,
    workers,
    inventory: { ...fromJson(row.inventory), slots: workers.length },
    helloAtMs: row.hello_at_ms,
    lostAfterMs: row.lost_after_ms,
    condition: row.condition,
    sinceMs: row.condition_since_ms,
    cordoned: row.cordoned === 1,
    drain: row.draining === 1 ? { deadlineMs: row.drain_deadline_ms } : null,
    isGreeted,
    placeable: isGreeted && row.condition === 'up' && row.cordoned === 0 && row.draining === 0,
  };
}
