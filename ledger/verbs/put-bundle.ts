import type { Digest, JobId } from '../../model/ids.ts';
import type { VerbContext } from './context.ts';

/** The bundle that the next admission of this id pins. Jobs admitted before keep theirs. */
export async function putBundle(
  ctx: VerbContext,
  input: { readonly jobId: JobId; readonly digest: Digest; readonly bytes: number },
): Promise<void> {
  const { digest, bytes } = input;
  await ctx.trx
    .insertInto('bundles')
    .values({ job_id: input.jobId, digest, bytes })
    .onConflict((conflict) => conflict.column('job_id').doUpdateSet({ digest, bytes }))
    .execute();
}
