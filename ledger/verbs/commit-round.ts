import type { PoolName } from '../../model/ids.ts';
import type { CommitRoundResult, PlannedPlacement, PlannedRefusal } from '../ledger.ts';
import type { VerbContext } from './context.ts';
import { endJob } from './end-job.ts';
import { addOutboxEntry } from './outbox-entry.ts';
import { placeJobs } from './place-jobs.ts';
import { placeableJobs, stillPossible } from './placeable.ts';
import { settleLogs } from './settle-logs.ts';

/** Bounds the length of the lists in the statements below. */
const BATCH = 50;

/** What changed since the planner's snapshot is left out, never forced: the next round sees it as it is then. */
export async function commitRound(
  ctx: VerbContext,
  input: {
    readonly pool: PoolName;
    readonly token: number;
    readonly placements: readonly PlannedPlacement[];
    readonly refusals: readonly PlannedRefusal[];
  },
): Promise<CommitRoundResult> {
  const pool = await ctx.trx
    .selectFrom('pools')
    .select('planner_token')
    .where('pool', '=', input.pool)
    .executeTakeFirst();
  if (pool?.planner_token !== input.token) return { kind: 'stale' };
  const placed: Extract<CommitRoundResult, { kind: 'committed' }>['placed'][number][] = [];
  for (let at = 0; at < input.placements.length; at += BATCH) {
    const possible = await stillPossible(ctx, input.pool, input.placements.slice(at, at + BATCH));
    placed.push(...(await placeJobs(ctx, possible)));
  }
  for (const refusal of input.refusals) await refuse(ctx, input.pool, refusal);
  return { kind: 'committed', placed };
}

async function refuse(ctx: VerbContext, pool: PoolName, { uid, sentence }: PlannedRefusal): Promise<void> {
  const row = (await placeableJobs(ctx, pool, [uid])).get(uid);
  if (row === undefined) return;
  await endJob(ctx, row, { state: 'failed', reason: 'never_fits', sentence, exit: null });
  await settleLogs(ctx, uid);
  const signal = { uid, graceSec: null, signal: null, because: sentence };
  await addOutboxEntry(ctx, { uid, jobId: row.job_id, message: { kind: 'cancel', signal }, delayMs: 0 });
}
