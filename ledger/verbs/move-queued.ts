import type { JobUid, PoolName } from '../../model/ids.ts';
import { planMove, type Standing } from '../../scheduling/queue-order.ts';
import type { NotInQueue, QueueEntry, QueueTarget } from '../ledger.ts';
import type { VerbContext } from './context.ts';
import { toQueueEntry } from './queue-page.ts';
import { findQueued } from './queue-target.ts';
import { ranksBefore } from './ranks-before.ts';
import { countWaiting, waitingJobs } from './waiting-jobs.ts';

/** The order is decided by `planMove`; this keeps the ranks that say the same. */
export async function moveQueued(
  ctx: VerbContext,
  input: { readonly pool: PoolName; readonly target: QueueTarget; readonly to: number },
): Promise<{ readonly kind: 'moved'; readonly entry: QueueEntry } | NotInQueue> {
  const found = await findQueued(ctx, input.pool, input.target);
  if (found.kind !== 'found') return found;
  const { row } = found;
  const plan = planMove({
    uid: row.uid,
    followers: await findFollowers(ctx, input.pool, row.uid),
    waiting: await countWaiting(ctx, input.pool),
    position: input.to,
  });
  const anchor = await waitingJobs(ctx, input.pool)
    .select('uid')
    .where('uid', 'not in', plan.travelling)
    .orderBy('rank')
    .limit(1)
    .offset(plan.insertAt)
    .executeTakeFirst();
  if (plan.unpinned.length > 0) {
    await ctx.trx.updateTable('jobs').set({ pinned_before: null }).where('uid', 'in', plan.unpinned).execute();
  }
  const ranks = await ranksBefore(ctx, input.pool, anchor?.uid ?? null, plan.travelling);
  for (const [index, uid] of plan.travelling.entries()) {
    await ctx.trx.updateTable('jobs').set({ rank: ranks[index] }).where('uid', '=', uid).execute();
  }
  await ctx.trx
    .updateTable('jobs')
    .set({ pinned_before: anchor?.uid ?? null })
    .where('uid', '=', row.uid)
    .execute();
  ctx.touch('queue');
  ctx.touch(`job:${row.uid}`);
  return { kind: 'moved', entry: toQueueEntry(row, plan.position) };
}

/** All that is pinned before it, directly or through others that wait, in queue order. */
async function findFollowers(ctx: VerbContext, pool: PoolName, uid: JobUid): Promise<readonly Standing[]> {
  const rows = await ctx.trx
    .withRecursive('followers(uid)', (db) =>
      db
        .selectFrom('jobs')
        .select('uid')
        .where('pinned_before', '=', uid)
        .where('ended_at_ms', 'is', null)
        .where('withdrawn_at_ms', 'is', null)
        .where('live_counter', 'is', null)
        .union(
          db
            .selectFrom('followers')
            .innerJoin('jobs', 'jobs.pinned_before', 'followers.uid')
            .select('jobs.uid')
            .where('jobs.ended_at_ms', 'is', null)
            .where('jobs.withdrawn_at_ms', 'is', null)
            .where('jobs.live_counter', 'is', null),
        ),
    )
    .selectFrom('followers')
    .innerJoin('jobs', 'jobs.uid', 'followers.uid')
    .select(['jobs.uid', 'jobs.pinned_before as pinnedBefore'])
    .where('jobs.pool', '=', pool)
    .orderBy('jobs.rank')
    .execute();
  return rows;
}
