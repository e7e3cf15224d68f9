import type { CollectResult } from '../../model/bookkeeping.ts';
import type { JobRow } from '../job-row.ts';
import { toJson } from '../json-text.ts';
import { HOST_CLAIMANT } from '../claim-blob.ts';
import { dropClaim } from './blob-claims.ts';
import { keepReplaced } from './blob-references.ts';
import type { VerbContext } from './context.ts';

/** Collect drains the logs first, so they are whole now; a figure it did not get leaves the earlier one. */
export async function keepCollected(ctx: VerbContext, row: JobRow, collected: CollectResult): Promise<void> {
  const digest = collected.artifactsDigest;
  if (digest !== null) {
    const before = row.artifacts_digest;
    if (before !== null && before !== digest) await keepReplaced(ctx, row.job_id, before);
    await dropClaim(ctx, digest, HOST_CLAIMANT);
  }
  await ctx.trx
    .updateTable('jobs')
    .set({
      usage: collected.usage === null ? row.usage : toJson(collected.usage),
      artifacts_digest: collected.artifactsDigest ?? row.artifacts_digest,
      logs_complete: 1,
    })
    .where('uid', '=', row.uid)
    .execute();
  ctx.touch(`log:${row.uid}`);
  ctx.touch(`job:${row.uid}`);
}
