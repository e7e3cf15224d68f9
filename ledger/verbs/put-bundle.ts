import type { Digest, JobId } from '../../model/ids.ts';
import { dropClaim } from './blob-claims.ts';
import { keepReplaced } from './blob-references.ts';
import { bundle } from './bundle.ts';
import type { VerbContext } from './context.ts';

/** The bundle that the next admission of this id pins, and of each run of its schedule. Jobs admitted before keep theirs. */
export async function putBundle(
  ctx: VerbContext,
  input: { readonly jobId: JobId; readonly digest: Digest; readonly bytes: number; readonly claimant?: string },
): Promise<void> {
  const { digest, bytes } = input;
  const before = await bundle(ctx, input);
  if (before !== null && before.digest !== digest) await keepReplaced(ctx, input.jobId, before.digest);
  await ctx.trx
    .insertInto('bundles')
    .values({ job_id: input.jobId, digest, bytes })
    .onConflict((conflict) => conflict.column('job_id').doUpdateSet({ digest, bytes }))
    .execute();
  await ctx.trx
    .updateTable('schedules')
    .set({ bundle_digest: digest })
    .where('job_id', '=', input.jobId)
    .where('deleted_at_ms', 'is', null)
    .where('bundle_digest', 'is not', null)
    .execute();
  if (input.claimant !== undefined) await dropClaim(ctx, digest, input.claimant);
}
