import type { PoolName } from '../../model/ids.ts';
import { outlooksOf } from '../../scheduling/outlook.ts';
import type { JobRow } from '../job-row.ts';
import { fromJson } from '../json-text.ts';
import type { CommitRoundResult, PlannedPlacement, PlannedRefusal } from '../ledger.ts';
import type { VerbContext } from './context.ts';
import { endJob } from './end-job.ts';
import { addOutboxEntry } from './outbox-entry.ts';
import { placeJobs } from './place-jobs.ts';
import { placeableJobs, roomsNow, stillPossible } from './placeable.ts';
import { poolNow } from './pool-now.ts';
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
  const now = await poolNow(ctx, input.pool);
  const rooms = roomsNow(now);
  const placed: Extract<CommitRoundResult, { kind: 'committed' }>['placed'][number][] = [];
  for (let at = 0; at < input.placements.length; at += BATCH) {
    const possible = await stillPossible(ctx, input.pool, rooms, input.placements.slice(at, at + BATCH));
    placed.push(...(await placeJobs(ctx, possible)));
  }
  if (now.hosts.every(({ isGreeted }) => isGreeted)) {
    const outlookOf = outlooksOf(now.hosts, now.held);
    const fitsNowhere = (row: JobRow): boolean => outlookOf(fromJson(row.resources)).kind === 'never';
    for (const refusal of input.refusals) await refuse(ctx, input.pool, refusal, fitsNowhere);
  }
  return { kind: 'committed', placed };
}

async function refuse(
  ctx: VerbContext,
  pool: PoolName,
  { uid, sentence }: PlannedRefusal,
  fitsNowhere: (row: JobRow) => boolean,
): Promise<void> {
  const row = (await placeableJobs(ctx, pool, [uid])).get(uid);
  if (row === undefined || !fitsNowhere(row)) return;
  await endJob(ctx, row, { state: 'failed', reason: 'never_fits', sentence, exit: null });
  await settleLogs(ctx, uid);
  const signal = { uid, graceSec: null, signal: null, because: sentence };
  await addOutboxEntry(ctx, { uid, jobId: row.job_id, message: { kind: 'cancel', signal }, delayMs: 0 });
}
