import type { Epoch } from '../../model/ids.ts';
import { compareEpochs } from '../../scheduling/epoch.ts';
import { fromJson, toJson } from '../json-text.ts';
import type { JobRow } from '../job-row.ts';
import type { VerbContext } from './context.ts';
import { forgetUnknown } from './forget-unknown.ts';
import { strangerReplicas } from './strangers.ts';

/**
 * What hosts reported of a job up to the epoch that it claimed last is its present placement, or one that it is done
 * with. Of the latter nothing should be there any more. What runs all the same (its host was taken for destroyed) is
 * from now on known here as given back, so that it is brought down, and holds its room until then.
 */
export async function settleReported(ctx: VerbContext, row: JobRow, claimed: Epoch): Promise<void> {
  for (const one of await strangerReplicas(ctx)) {
    const { epoch, engineId, gpuIds } = one.placement;
    if (one.uid !== row.uid || compareEpochs(epoch, claimed) > 0) continue;
    if (one.isReleased && one.isRunning) continue;
    if (one.isRunning) {
      const done = { released_at_ms: ctx.nowMs, proof: 'absent' } as const;
      const inserted = await ctx.trx
        .insertInto('placements')
        .values({
          ...{ uid: row.uid, ...epoch, role: one.role, replica: one.replica, host: one.host, engine_id: engineId },
          ...{ attempt: one.attempt, resources: toJson(fromJson(row.resources)), gpu_ids: toJson(gpuIds) },
          ...{ claimed_ordinal: 0, placed_at_ms: ctx.nowMs, ...done },
        })
        .onConflict((conflict) => conflict.doNothing())
        .returning('uid')
        .execute();
      if (inserted.length > 0) {
        ctx.touch('hosts');
        continue;
      }
    }
    await forgetUnknown(ctx, { uid: row.uid, epoch });
  }
}
