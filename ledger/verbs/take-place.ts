import type { Statement } from '../../model/bookkeeping.ts';
import type { Epoch, JobUid } from '../../model/ids.ts';
import { isSameEpoch, liveEpoch, type JobRow } from '../job-row.ts';
import { progressRank } from '../job-states.ts';
import { fromJson, toJson } from '../json-text.ts';
import type { VerbContext } from './context.ts';
import { forgetUnknown } from './forget-unknown.ts';
import { releasePlacement } from './release-placement.ts';
import { track } from './track.ts';

type Place = NonNullable<Statement['at']> & { readonly attempt: number };

/** The job stands at this placement, whoever gave it: a row for it, its GPUs, and nothing else that the job may hold. */
export async function takePlace(ctx: VerbContext, row: JobRow, place: Place): Promise<void> {
  const { epoch, host } = place.placement;
  if (isSameEpoch(liveEpoch(row), epoch)) return catchUp(ctx, row, place);
  await giveBackBut(ctx, row.uid, epoch);
  await ctx.trx
    .insertInto('placements')
    .values({
      ...{ uid: row.uid, ...epoch, role: row.role, replica: 0, host, engine_id: place.placement.engineId },
      attempt: place.attempt,
      resources: toJson(fromJson(row.resources)),
      gpu_ids: toJson(place.placement.gpuIds),
      // Claimed before this ledger counted runs: below every ordinal, and yet claimed.
      claimed_ordinal: 0,
      placed_at_ms: ctx.nowMs,
      ...(place.released ? { released_at_ms: ctx.nowMs, proof: 'absent' as const } : {}),
    })
    .onConflict((conflict) => conflict.doNothing())
    .execute();
  if (!place.released) {
    await holdGpus(ctx, row.uid, place);
    await forgetUnknown(ctx, { uid: row.uid, epoch });
  }
  const stands = {
    ...standsAs(place),
    attempt: place.attempt,
    live_generation: epoch.generation,
    live_counter: epoch.counter,
    placed_at_ms: ctx.nowMs,
    ...(place.state === 'preparing' ? {} : { started_at_ms: row.started_at_ms ?? ctx.nowMs }),
  };
  await ctx.trx.updateTable('jobs').set(stands).where('uid', '=', row.uid).execute();
  await tell(ctx, row, stands);
  ctx.touch('queue');
  ctx.touch(`job:${row.uid}`);
}

/** The placement is the one that the ledger has; how far the job has come there may not be. Never a step back. */
async function catchUp(ctx: VerbContext, row: JobRow, place: Place): Promise<void> {
  if (place.released) await releasePlacement(ctx, row.uid, { epoch: place.placement.epoch, proof: 'absent' });
  if (progressRank[place.state] <= progressRank[row.state]) return;
  const started_at_ms = place.state === 'preparing' ? row.started_at_ms : (row.started_at_ms ?? ctx.nowMs);
  const stands = { ...standsAs(place), started_at_ms };
  await ctx.trx.updateTable('jobs').set(stands).where('uid', '=', row.uid).execute();
  await tell(ctx, row, stands);
  ctx.touch('queue');
  ctx.touch(`job:${row.uid}`);
}

/** Trackers hear that it runs, or that it is tried again, where this ledger's copy had neither. */
async function tell(ctx: VerbContext, row: JobRow, stands: Partial<JobRow>): Promise<void> {
  const now = { ...row, ...stands };
  const isTriedAgain = now.attempt !== row.attempt;
  const hasBegun = ({ state }: Pick<JobRow, 'state'>): boolean => progressRank[state] >= progressRank.running;
  if (hasBegun(now)) {
    if (isTriedAgain || !hasBegun(row)) await track(ctx, 'running', [now]);
  } else if (isTriedAgain) await track(ctx, 'queued', [now]);
}

const standsAs = ({ state, placement }: Place): Pick<JobRow, 'state' | 'reason' | 'sentence'> => ({
  state,
  reason: state === 'running' ? 'started' : state === 'preparing' ? 'preparing' : 'stop_requested',
  sentence: `On host ${placement.host}; the ledger was restored from an older copy and has it from the job itself.`,
});

/** A GPU that an older row still has is this job's: its host refuses one that a live container holds. */
async function holdGpus(ctx: VerbContext, uid: JobUid, { placement }: Place): Promise<void> {
  const held = { uid, ...placement.epoch };
  for (const gpuId of placement.gpuIds) {
    await ctx.trx
      .insertInto('held_gpus')
      .values({ ...held, host: placement.host, gpu_id: gpuId })
      .onConflict((conflict) => conflict.columns(['host', 'gpu_id']).doUpdateSet(held))
      .execute();
  }
}

/** Every other placement of the job: one that was claimed is proven gone by its workflow, which has gone on since. */
export async function giveBackBut(ctx: VerbContext, uid: JobUid, keep: Epoch | null): Promise<void> {
  const held = await ctx.trx
    .selectFrom('placements')
    .select(['generation', 'counter', 'claimed_ordinal'])
    .where('uid', '=', uid)
    .where('released_at_ms', 'is', null)
    .execute();
  for (const { generation, counter, claimed_ordinal: claimed } of held) {
    const epoch = { generation, counter };
    if (isSameEpoch(keep, epoch)) continue;
    await releasePlacement(ctx, uid, { epoch, proof: claimed === null ? 'never_claimed' : 'absent' });
  }
}
