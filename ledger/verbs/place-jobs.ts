import { sql } from 'kysely';
import type { PlacedSignal } from '../../model/workflow-messages.ts';
import { fromJson, toJson } from '../json-text.ts';
import type { VerbContext } from './context.ts';
import { takeNext } from './counters.ts';
import { addOutboxEntries } from './outbox-entry.ts';
import type { PossiblePlacement } from './placeable.ts';

/** How long the planner has to tell the job itself before the outbox does. */
const PLACED_DELAY_MS = 1_500;

/** Gives each its epoch, in order, what it holds, and the outbox entry that tells its workflow. A few statements for all. */
export async function placeJobs(
  ctx: VerbContext,
  placements: readonly PossiblePlacement[],
): Promise<readonly { readonly outboxId: number; readonly signal: PlacedSignal }[]> {
  if (placements.length === 0) return [];
  const { generation, value: last } = await takeNext(ctx, 'epoch_counter', placements.length);
  const first = last - placements.length + 1;
  const given = placements.map((placement, index) => ({ ...placement, counter: first + index }));
  await ctx.trx
    .insertInto('placements')
    .values(
      given.map(({ uid, host, gpuIds, row, engineId, counter }) => ({
        ...{ uid, generation, counter, host, role: row.role, replica: 0, engine_id: engineId, attempt: row.attempt },
        resources: toJson(fromJson(row.resources)),
        gpu_ids: toJson(gpuIds),
        placed_at_ms: ctx.nowMs,
      })),
    )
    .execute();
  const gpus = given.flatMap(({ uid, host, gpuIds, counter }) =>
    gpuIds.map((gpuId) => ({ uid, generation, counter, host, gpu_id: gpuId })),
  );
  if (gpus.length > 0) await ctx.trx.insertInto('held_gpus').values(gpus).execute();
  await ctx.trx
    .updateTable('jobs')
    .from('placements')
    .set(({ ref }) => ({
      state: 'placed',
      reason: 'placed',
      sentence: sql<string>`'Placed on host ' || ${ref('placements.host')} || '.'`,
      live_generation: ref('placements.generation'),
      live_counter: ref('placements.counter'),
      placed_at_ms: ctx.nowMs,
      last_heard_at_ms: ctx.nowMs,
    }))
    .where(
      'jobs.uid',
      'in',
      given.map(({ uid }) => uid),
    )
    .whereRef('placements.uid', '=', 'jobs.uid')
    .where('placements.generation', '=', generation)
    .where('placements.counter', '>=', first)
    .execute();
  const told = given.map(({ uid, host, gpuIds, row, engineId, counter }) => {
    const placement = { epoch: { generation, counter }, host, engineId, gpuIds: [...gpuIds] };
    return { uid, jobId: row.job_id, message: { kind: 'placed', signal: { uid, placement } } as const };
  });
  const firstOutboxId = await addOutboxEntries(ctx, told, PLACED_DELAY_MS);
  ctx.touch('queue');
  for (const { uid } of given) ctx.touch(`job:${uid}`);
  return told.map(({ message }, index) => ({ outboxId: firstOutboxId + index, signal: message.signal }));
}
