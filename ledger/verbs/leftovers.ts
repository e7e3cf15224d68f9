import type { Leftovers } from '../../model/bookkeeping.ts';
import type { HeldPlacement } from '../../model/workflow-messages.ts';
import type { JobUid } from '../../model/ids.ts';
import { outcomeOf, toPlacement } from '../job-row.ts';
import { fromJson } from '../json-text.ts';
import type { VerbContext } from './context.ts';
import { findJob } from './find-job.ts';
import { strangerReplicas, toHeld } from './strangers.ts';

export async function leftovers(ctx: VerbContext, input: { readonly uid: JobUid }): Promise<Leftovers> {
  const row = await findJob(ctx, input.uid);
  const held = await ctx.trx
    .selectFrom('placements')
    .selectAll()
    .where('uid', '=', input.uid)
    .where('released_at_ms', 'is', null)
    .orderBy('generation')
    .orderBy('counter')
    .execute();
  return {
    job:
      row === null
        ? null
        : {
            jobId: row.job_id,
            attempt: row.attempt,
            stop: fromJson(row.input).stop,
            specDigest: row.spec_digest,
            bundleDigest: row.bundle_digest,
            outcome: outcomeOf(row),
          },
    held: [
      ...held.map((placement) => ({
        host: placement.host,
        placement: toPlacement(placement),
        attempt: placement.attempt,
        role: placement.role,
        replica: placement.replica,
      })),
      ...(await unknownReplicas(ctx, input.uid)),
    ],
  };
}

/** What hosts say they hold for it under epochs that this ledger does not know. */
export async function unknownReplicas(ctx: VerbContext, uid: JobUid): Promise<readonly HeldPlacement[]> {
  const found = await strangerReplicas(ctx);
  return found.filter((one) => one.uid === uid && !one.isReleased).map(toHeld);
}
