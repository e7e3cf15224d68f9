import type { JobUid, PoolName } from '../../model/ids.ts';
import { rankOfArrival, ranksBetween } from '../../scheduling/queue-ranks.ts';
import type { VerbContext } from './context.ts';
import { takeNext } from './counters.ts';
import { openJobs } from './waiting-jobs.ts';

/** Neighbours on each side that are moved apart first; four times as many when that gains nothing. */
const NEIGHBOURS = 32;
/** Moving them apart is worth it when it leaves this much between any two: room for the next ten moves. */
const WORTH_IT = 2 ** 10;

/**
 * Ranks for `movers`, in order, right before `anchor` (null: last of all), with no other open job between: one that
 * runs now and waits again later does not come between what a move put together.
 */
export async function ranksBefore(
  ctx: VerbContext,
  pool: PoolName,
  anchor: JobUid | null,
  movers: readonly JobUid[],
): Promise<readonly number[]> {
  if (anchor === null) return ranksAtEnd(ctx, movers.length);
  for (let neighbours = 0; ; neighbours = neighbours === 0 ? NEIGHBOURS : neighbours * 4) {
    if (neighbours > 0) await spreadAround(ctx, pool, { anchor, movers, neighbours });
    const { rank: below } = await ctx.trx
      .selectFrom('jobs')
      .select('rank')
      .where('uid', '=', anchor)
      .executeTakeFirstOrThrow();
    const above = await openJobs(ctx, pool)
      .select('rank')
      .where('rank', '<', below)
      .where('uid', 'not in', movers)
      .orderBy('rank', 'desc')
      .limit(1)
      .executeTakeFirst();
    const ranks = ranksBetween(above?.rank ?? null, below, movers.length);
    if (ranks !== null) return ranks;
  }
}

/** Taken from the arrivals' own count, so that whoever comes next comes after. */
async function ranksAtEnd(ctx: VerbContext, count: number): Promise<readonly number[]> {
  const ranks: number[] = [];
  while (ranks.length < count) ranks.push(rankOfArrival((await takeNext(ctx, 'last_queue_seq')).value));
  return ranks;
}

/** Moves the anchor's neighbours evenly apart. What stands beyond them keeps its rank, and so does their order. */
async function spreadAround(
  ctx: VerbContext,
  pool: PoolName,
  { anchor, movers, neighbours }: { anchor: JobUid; movers: readonly JobUid[]; neighbours: number },
): Promise<void> {
  const { rank } = await ctx.trx.selectFrom('jobs').select('rank').where('uid', '=', anchor).executeTakeFirstOrThrow();
  const others = openJobs(ctx, pool)
    .select(['uid', 'rank'])
    .where('uid', 'not in', movers)
    .limit(neighbours + 1);
  const before = await others.where('rank', '<', rank).orderBy('rank', 'desc').execute();
  const after = await others.where('rank', '>=', rank).orderBy('rank').execute();
  const above = before.length > neighbours ? before.pop() : undefined;
  const below = after.length > neighbours ? after.pop() : undefined;
  const spread = [...before.reverse(), ...after];
  const limit = below?.rank ?? rankOfArrival((await takeNext(ctx, 'last_queue_seq')).value);
  const ranks = ranksBetween(above?.rank ?? null, limit, spread.length, WORTH_IT);
  if (ranks === null) return;
  for (const [index, job] of spread.entries()) {
    await ctx.trx.updateTable('jobs').set({ rank: ranks[index] }).where('uid', '=', job.uid).execute();
  }
}
