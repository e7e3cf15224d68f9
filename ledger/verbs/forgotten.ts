import type { Digest, JobUid } from '../../model/ids.ts';
import type { Forgotten } from '../deletion-books.ts';
import type { VerbContext } from './context.ts';
import { expectJob } from './find-job.ts';

export async function forgotten(ctx: VerbContext, input: { readonly uid: JobUid }): Promise<Forgotten> {
  const { job_id: jobId } = await expectJob(ctx, input.uid);
  const rows = await ctx.trx
    .selectFrom('jobs')
    .select(['uid', 'bundle_digest', 'artifacts_digest'])
    .where('forgotten_with', '=', input.uid)
    .orderBy('queue_seq')
    .execute();
  const replaced = await ctx.trx.selectFrom('replaced_blobs').select('digest').where('job_id', '=', jobId).execute();
  const placements = await ctx.trx
    .selectFrom('placements')
    .innerJoin('jobs', 'jobs.uid', 'placements.uid')
    .innerJoin('hosts', 'hosts.name', 'placements.host')
    .select(['placements.host', 'hosts.condition', 'placements.released_at_ms'])
    .where('jobs.forgotten_with', '=', input.uid)
    .execute();
  const digests = [
    ...rows.flatMap((row) => [row.bundle_digest, row.artifacts_digest]),
    ...replaced.map(({ digest }) => digest),
  ];
  return {
    jobId,
    uids: rows.map(({ uid }) => uid),
    hosts: [...new Set(placements.filter(({ condition }) => condition !== 'removed').map(({ host }) => host))],
    digests: [...new Set(digests.filter((digest): digest is Digest => digest !== null))],
    held: placements.filter((placement) => placement.released_at_ms === null).length,
  };
}
