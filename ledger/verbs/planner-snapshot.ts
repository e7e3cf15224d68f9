import type { HostName, PoolName } from '../../model/ids.ts';
import type { Resources } from '../../model/job-spec.ts';
import { outlooksOf } from '../../scheduling/outlook.ts';
import type { JsonText } from '../json-text.ts';
import type { HostView, PlannerSnapshot, QueuedJob } from '../ledger.ts';
import type { JobRow } from '../job-row.ts';
import type { VerbContext } from './context.ts';
import { resourcesReader } from './held-resources.ts';
import { poolNow } from './pool-now.ts';
import { waitingJobs } from './waiting-jobs.ts';

/** Jobs read beyond the free slots: those that fit nowhere are refused although the pool is full. */
const LOOK_BEYOND = 32;
/** At most so many are read at a time behind a head that nobody could hold now. */
const PAGE = 500;
/** Bounds the length of the list in the statement. */
const MOST_LEFT_OUT = 500;

/**
 * What a planning round decides on: one snapshot, so that nothing is counted as both waiting and held. Of the queue no
 * more is read than could be placed, so that a full pool's round costs the same however long the queue is. What no host
 * that takes jobs could hold does not count: it is read past, once for all jobs that ask for the same.
 */
export async function plannerSnapshot(
  ctx: VerbContext,
  input: { readonly pool: PoolName; readonly maxQueued: number },
): Promise<PlannerSnapshot> {
  const { generation, hosts, held } = await poolNow(ctx, input.pool);
  const free = freeSlots(hosts, held);
  const resourcesOf = resourcesReader();
  const outlookOf = outlooksOf(hosts, held);
  const queued: QueuedJob[] = [];
  const leftOut = new Set<JsonText<Resources>>();
  let [open, never] = [0, 0];
  let wanted = Math.min(input.maxQueued, free + LOOK_BEYOND);
  let after: number | null = null;
  while (wanted > 0) {
    const rows: readonly Waiting[] = await waitingAfter(ctx, input.pool, after, wanted, [...leftOut]);
    for (const row of rows) {
      const resources = resourcesOf(row.resources);
      const { kind } = outlookOf(resources);
      const isCounted = kind === 'open' ? open < input.maxQueued : kind === 'never' && never < LOOK_BEYOND;
      if (kind !== 'open' && !isCounted && leftOut.size < MOST_LEFT_OUT) leftOut.add(row.resources);
      if (kind === 'open') open += 1;
      if (kind === 'never') never += 1;
      if (isCounted) queued.push(toQueuedJob(row, resources, queued.length));
    }
    after = rows.at(-1)?.rank ?? null;
    const isEnough = open >= Math.min(free, input.maxQueued) || rows.length < wanted;
    wanted = isEnough ? 0 : Math.min(PAGE, 2 * wanted);
  }
  return { generation, hosts, queued, held, isPoolKnown: await isPoolKnown(ctx, input.pool, generation) };
}

async function isPoolKnown(ctx: VerbContext, pool: PoolName, generation: number): Promise<boolean> {
  const row = await ctx.trx
    .selectFrom('pools')
    .select('compared_generation')
    .where('pool', '=', pool)
    .executeTakeFirst();
  return row?.compared_generation === generation;
}

type Waiting = Pick<JobRow, 'uid' | 'job_id' | 'resources' | 'attempt' | 'queued_at_ms' | 'rank'>;

function waitingAfter(
  ctx: VerbContext,
  pool: PoolName,
  rank: number | null,
  limit: number,
  leftOut: readonly JsonText<Resources>[],
): Promise<readonly Waiting[]> {
  return waitingJobs(ctx, pool)
    .select(['uid', 'job_id', 'resources', 'attempt', 'queued_at_ms', 'rank'])
    .where('start_confirmed', '=', 1)
    .where('cancel_requested_at_ms', 'is', null)
    .where('held_at_ms', 'is', null)
    .$if(rank !== null, (query) => query.where('rank', '>', rank))
    .$if(leftOut.length > 0, (query) => query.where('resources', 'not in', leftOut))
    .orderBy('rank')
    .limit(limit)
    .execute();
}

const toQueuedJob = (row: Waiting, resources: Resources, position: number): QueuedJob => ({
  uid: row.uid,
  jobId: row.job_id,
  position,
  resources,
  queuedAtMs: row.queued_at_ms,
  attempt: row.attempt,
});

function freeSlots(hosts: readonly HostView[], held: readonly { readonly host: HostName }[]): number {
  const free = new Map(
    hosts.filter(({ placeable }) => placeable).map(({ name, inventory }) => [name, inventory.slots]),
  );
  for (const { host } of held) free.set(host, (free.get(host) ?? 0) - 1);
  return [...free.values()].reduce((sum, slots) => sum + Math.max(0, slots), 0);
}
