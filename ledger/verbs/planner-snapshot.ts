import type { HostName, PoolName } from '../../model/ids.ts';
import type { Resources } from '../../model/job-spec.ts';
import { fromJson, type JsonText } from '../json-text.ts';
import type { HostView, PlannerSnapshot } from '../ledger.ts';
import type { VerbContext } from './context.ts';
import { presentGeneration } from './counters.ts';
import { hostColumns, toHostView, unknownHeldOn } from './hosts.ts';
import { waitingJobs } from './waiting-jobs.ts';

/** Jobs read beyond the free slots: those that fit nowhere are refused although the pool is full. */
const LOOK_BEYOND = 32;

/**
 * What a planning round decides on: one snapshot, so that nothing is counted as both waiting and held. Of the queue no
 * more is read than could be placed, so that a full pool's round costs the same however long the queue is.
 */
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
  const held = await ctx.trx
    .selectFrom('placements')
    .innerJoin('hosts', 'hosts.name', 'placements.host')
    .select(['placements.uid', 'placements.host', 'placements.resources', 'placements.gpu_ids'])
    .where('hosts.pool', '=', input.pool)
    .where('placements.released_at_ms', 'is', null)
    .execute();
  const unknown = hosts.flatMap(unknownHeldOn);
  const views = hosts.map((row) => toHostView(row, generation));
  const queued = await waitingJobs(ctx, input.pool)
    .select(['uid', 'job_id', 'resources', 'attempt'])
    .where('start_confirmed', '=', 1)
    .where('cancel_requested_at_ms', 'is', null)
    .where('held_at_ms', 'is', null)
    .orderBy('rank')
    .limit(Math.min(input.maxQueued, freeSlots(views, [...held, ...unknown]) + LOOK_BEYOND))
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
    hosts: views,
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
      ...unknown,
    ],
  };
}

function freeSlots(hosts: readonly HostView[], held: readonly { readonly host: HostName }[]): number {
  const free = new Map(
    hosts.filter(({ placeable }) => placeable).map(({ name, inventory }) => [name, inventory.slots]),
  );
  for (const { host } of held) free.set(host, (free.get(host) ?? 0) - 1);
  return [...free.values()].reduce((sum, slots) => sum + Math.max(0, slots), 0);
}
