import type { PoolName } from '../../model/ids.ts';
import { fromJson } from '../json-text.ts';
import type { PlannerSnapshot } from '../ledger.ts';
import type { VerbContext } from './context.ts';
import { presentGeneration } from './counters.ts';
import { toHostView } from './hosts.ts';
import { waitingJobs } from './waiting-jobs.ts';

/** What a planning round decides on: one snapshot, so that nothing is counted as both waiting and held. */
export async function plannerSnapshot(
  ctx: VerbContext,
  input: { readonly pool: PoolName; readonly maxQueued: number },
): Promise<PlannerSnapshot> {
  const { generation } = await presentGeneration(ctx);
  const hosts = await ctx.trx.selectFrom('hosts').selectAll().where('pool', '=', input.pool).orderBy('name').execute();
  const queued = await waitingJobs(ctx, input.pool)
    .select(['uid', 'job_id', 'resources', 'attempt'])
    .where('start_confirmed', '=', 1)
    .where('cancel_requested_at_ms', 'is', null)
    .where('held_at_ms', 'is', null)
    .orderBy('rank')
    .limit(input.maxQueued)
    .execute();
  const held = await ctx.trx
    .selectFrom('placements')
    .innerJoin('hosts', 'hosts.name', 'placements.host')
    .select(['placements.uid', 'placements.host', 'placements.resources', 'placements.gpu_ids'])
    .where('hosts.pool', '=', input.pool)
    .where('placements.released_at_ms', 'is', null)
    .execute();
  return {
    hosts: hosts.map((row) => toHostView(row, generation)),
    queued: queued.map((row, position) => ({
      uid: row.uid,
      jobId: row.job_id,
      position,
      resources: fromJson(row.resources),
      attempt: row.attempt,
    })),
    held: held.map((row) => ({
      uid: row.uid,
      host: row.host,
      resources: fromJson(row.resources),
      gpuIds: fromJson(row.gpu_ids),
    })),
  };
}
