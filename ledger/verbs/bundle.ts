import type { Digest, JobId } from '../../model/ids.ts';
import type { VerbContext } from './context.ts';

export async function bundle(
  ctx: VerbContext,
  input: { readonly jobId: JobId },
): Promise<{ readonly digest: Digest; readonly bytes: number } | null> {
  const row = await ctx.trx
    .selectFrom('bundles')
    .select(['digest', 'bytes'])
    .where('job_id', '=', input.jobId)
    .executeTakeFirst();
  return row ?? null;
}
