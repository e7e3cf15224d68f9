import type { Digest, JobId } from '../../model/ids.ts';
import type { VerbContext } from './context.ts';

/** Whether anything that was not deleted refers to the blob. */
export async function isBlobReferred(ctx: VerbContext, digest: Digest): Promise<boolean> {
  const bundle = await ctx.trx.selectFrom('bundles').select('digest').where('digest', '=', digest).executeTakeFirst();
  if (bundle !== undefined) return true;
  const jobs = ctx.trx.selectFrom('jobs').select('uid').where('forgotten_with', 'is', null);
  if ((await jobs.where('bundle_digest', '=', digest).limit(1).executeTakeFirst()) !== undefined) return true;
  if ((await jobs.where('artifacts_digest', '=', digest).limit(1).executeTakeFirst()) !== undefined) return true;
  const schedule = await ctx.trx
    .selectFrom('schedules')
    .select('uid')
    .where('bundle_digest', '=', digest)
    .where('deleted_at_ms', 'is', null)
    .limit(1)
    .executeTakeFirst();
  return schedule !== undefined;
}

/** A blob that the id had and has no more: it goes when the job is deleted, unless others have it too. */
export async function keepReplaced(ctx: VerbContext, jobId: JobId, digest: Digest): Promise<void> {
  await ctx.trx
    .insertInto('replaced_blobs')
    .values({ job_id: jobId, digest })
    .onConflict((conflict) => conflict.doNothing())
    .execute();
}
