import type { PoolName } from '../../model/ids.ts';
import type { PlacedSignal } from '../../model/workflow-messages.ts';
import type { JobRow } from '../job-row.ts';
import { fromJson, toJson } from '../json-text.ts';
import type { CommitRoundResult, PlannedPlacement, PlannedRefusal } from '../ledger.ts';
import type { VerbContext } from './context.ts';
import { presentGeneration, takeNext } from './counters.ts';
import { endJob } from './end-job.ts';
import { findJob } from './find-job.ts';
import { addOutboxEntry } from './outbox-entry.ts';
import { settleLogs } from './settle-logs.ts';

/** How long the planner has to tell the job itself before the outbox does. */
const PLACED_DELAY_MS = 1_500;

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
  const placed: { outboxId: number; signal: PlacedSignal }[] = [];
  for (const planned of input.placements) {
    const row = await findPlaceable(ctx, input.pool, planned);
    const engineId = row === null ? null : await findFreeEngine(ctx, input.pool, planned);
    if (row !== null && engineId !== null) placed.push(await place(ctx, row, planned, engineId));
  }
  for (const refusal of input.refusals) await refuse(ctx, input.pool, refusal);
  return { kind: 'committed', placed };
}

async function findPlaceable(
  ctx: VerbContext,
  pool: PoolName,
  planned: Pick<PlannedPlacement, 'uid'>,
): Promise<JobRow | null> {
  const row = await findJob(ctx, planned.uid);
  const isPlaceable =
    row !== null &&
    row.pool === pool &&
    row.state === 'queued' &&
    row.start_confirmed === 1 &&
    row.withdrawn_at_ms === null &&
    row.held_at_ms === null &&
    row.cancel_requested_at_ms === null;
  return isPlaceable ? row : null;
}

/** The engine of the planned host; null when it may not be used now or one of the GPUs is taken. */
async function findFreeEngine(ctx: VerbContext, pool: PoolName, planned: PlannedPlacement): Promise<string | null> {
  const { generation } = await presentGeneration(ctx);
  const host = await ctx.trx
    .selectFrom('hosts')
    .select('engine_id')
    .where('name', '=', planned.host)
    .where('pool', '=', pool)
    .where('generation', '=', generation)
    .where('condition', '=', 'up')
    .where('cordoned', '=', 0)
    .where('draining', '=', 0)
    .executeTakeFirst();
  if (host === undefined) return null;
  if (planned.gpuIds.length === 0) return host.engine_id;
  const taken = await ctx.trx
    .selectFrom('held_gpus')
    .select('gpu_id')
    .where('host', '=', planned.host)
    .where('gpu_id', 'in', planned.gpuIds)
    .executeTakeFirst();
  return taken === undefined ? host.engine_id : null;
}

async function place(
  ctx: VerbContext,
  row: JobRow,
  planned: PlannedPlacement,
  engineId: string,
): Promise<{ readonly outboxId: number; readonly signal: PlacedSignal }> {
  const { generation, value: counter } = await takeNext(ctx, 'epoch_counter');
  const held = { uid: row.uid, generation, counter, host: planned.host };
  await ctx.trx
    .insertInto('placements')
    .values({
      ...held,
      role: row.role,
      replica: 0,
      engine_id: engineId,
      attempt: row.attempt,
      resources: toJson(fromJson(row.resources)),
      gpu_ids: toJson(planned.gpuIds),
      placed_at_ms: ctx.nowMs,
    })
    .execute();
  for (const gpuId of planned.gpuIds) {
    await ctx.trx
      .insertInto('held_gpus')
      .values({ ...held, gpu_id: gpuId })
      .execute();
  }
  await ctx.trx
    .updateTable('jobs')
    .set({
      state: 'placed',
      reason: 'placed',
      sentence: `Placed on host ${planned.host}.`,
      live_generation: generation,
      live_counter: counter,
      placed_at_ms: ctx.nowMs,
      last_heard_at_ms: ctx.nowMs,
    })
    .where('uid', '=', row.uid)
    .execute();
  const signal: PlacedSignal = {
    uid: row.uid,
    placement: { epoch: { generation, counter }, host: planned.host, engineId, gpuIds: [...planned.gpuIds] },
  };
  const message = { kind: 'placed', signal } as const;
  const delivery = { uid: row.uid, jobId: row.job_id, message, delayMs: PLACED_DELAY_MS };
  const outboxId = await addOutboxEntry(ctx, delivery);
  ctx.touch('queue');
  ctx.touch(`job:${row.uid}`);
  return { outboxId, signal };
}

async function refuse(ctx: VerbContext, pool: PoolName, refusal: PlannedRefusal): Promise<void> {
  const row = await findPlaceable(ctx, pool, refusal);
  if (row === null) return;
  await endJob(ctx, row, { state: 'failed', reason: 'never_fits', sentence: refusal.sentence, exit: null });
  await settleLogs(ctx, row.uid);
  const signal = { uid: row.uid, graceSec: null, signal: null, because: refusal.sentence };
  await addOutboxEntry(ctx, { uid: row.uid, jobId: row.job_id, message: { kind: 'cancel', signal }, delayMs: 0 });
}
