import type { PoolName } from '../../model/ids.ts';
import type { Resources } from '../../model/job-spec.ts';
import { fromJson, type JsonText } from '../json-text.ts';
import type { PlannerSnapshot } from '../ledger.ts';
import type { VerbContext } from './context.ts';
import { presentGeneration } from './counters.ts';
import { hostColumns, toHostView, unknownHeldOn } from './hosts.ts';
import { waitingJobs } from './waiting-jobs.ts';

/** What a planning round decides on: one snapshot, so that nothing is counted as both waiting and held. */
export async function plannerSnapshot(
  ctx: VerbContext,
  input: { readonly pool: PoolName; readonly maxQueued: number },
): Promise<PlannerSnapshot> {
  const { generation } = await presentGeneration(ctx);
  const hosts = await ctx.trx
    .selectFrom('hosts')
    .select(hostColumns)
    .where('pool', '=', input.pool)
    .where('condition', '!=', 'removed')
    .orderBy('name')
    .execute();
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
  // Thousands of jobs ask for the same few things.
  const asked = new Map<string, Resources>();
  const resourcesOf = (text: JsonText<Resources>): Resources => {
    const known = asked.get(text);
    if (known !== undefined) return known;
    const resources = fromJson(text);
    asked.set(text, resources);
    return resources;
  };
  return {
    hosts: hosts.map((row) => toHostView(row, generation)),
    queued: queued.map((row, position) => ({
      uid: row.uid,
      jobId: row.job_id,
      position,
      resources: resourcesOf(row.resources),
      attempt: row.attempt,
    })),
    held: [
      ...held.map((row) => ({
        uid: row.uid,
        host: row.host,
        resources: resourcesOf(row.resources),
        gpuIds: fromJson(row.gpu_ids),
      })),
      ...hosts.flatMap(unknownHeldOn),
    ],
  };
}
