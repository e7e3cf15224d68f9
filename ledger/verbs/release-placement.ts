import type { ReleaseProof } from '../../model/bookkeeping.ts';
import type { Epoch, JobUid } from '../../model/ids.ts';
import type { VerbContext } from './context.ts';

/**
 * Gives a placement back, its GPUs with it, and wakes the planner. `never_claimed` is proof only while no run has
 * claimed it: a host may have been asked to start it since, and then it stays held. Nothing to do twice, but that
 * `host_destroyed` is also said of one that was given back before: what is left of it there is not waited for.
 */
export async function releasePlacement(ctx: VerbContext, uid: JobUid, release: ReleaseProof): Promise<void> {
  const { epoch, proof } = release;
  await releaseWhere(ctx, uid, proof, epoch);
  if (proof !== 'host_destroyed') return;
  await ctx.trx
    .updateTable('placements')
    .set({ proof })
    .where('uid', '=', uid)
    .where('generation', '=', epoch.generation)
    .where('counter', '=', epoch.counter)
    .execute();
}

/** Of a job that ends or waits again: what it was given and never took. */
export async function releaseUnclaimed(ctx: VerbContext, uid: JobUid): Promise<void> {
  await releaseWhere(ctx, uid, 'never_claimed', null);
}

/** `epoch`: null = every one of the job's. */
async function releaseWhere(
  ctx: VerbContext,
  uid: JobUid,
  proof: ReleaseProof['proof'],
  epoch: Epoch | null,
): Promise<void> {
  const released = await ctx.trx
    .updateTable('placements')
    .set({ released_at_ms: ctx.nowMs, proof })
    .where('uid', '=', uid)
    .where('released_at_ms', 'is', null)
    .where((eb) =>
      eb.and([
        ...(epoch === null ? [] : [eb('generation', '=', epoch.generation), eb('counter', '=', epoch.counter)]),
        ...(proof === 'never_claimed' ? [eb('claimed_ordinal', 'is', null)] : []),
      ]),
    )
    .returning(['generation', 'counter'])
    .execute();
  if (released.length === 0) return;
  for (const { generation, counter } of released) {
    await ctx.trx
      .deleteFrom('held_gpus')
      .where('uid', '=', uid)
      .where('generation', '=', generation)
      .where('counter', '=', counter)
      .execute();
  }
  ctx.touch('queue');
}
