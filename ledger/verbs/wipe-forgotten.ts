import type { Digest, JobUid } from '../../model/ids.ts';
import { fromJson, toJson } from '../json-text.ts';
import type { VerbContext } from './context.ts';
import { dropSpec, noSpec } from './drop-spec.ts';
import { forgotten } from './forgotten.ts';

/**
 * What is left is a row that says no more than that the uid was deleted: without one, a workflow that comes late or a
 * ledger that heals would take it for a job that this ledger has lost.
 */
export async function wipeForgotten(
  ctx: VerbContext,
  input: { readonly uid: JobUid; readonly digests: readonly Digest[] },
): Promise<{ readonly kind: 'wiped' | 'held' }> {
  const { jobId, uids, held } = await forgotten(ctx, input);
  if (held > 0) return { kind: 'held' };
  for (const uid of uids) await wipe(ctx, uid);
  if (input.digests.length > 0) {
    const replaced = ctx.trx.deleteFrom('replaced_blobs').where('job_id', '=', jobId);
    await replaced.where('digest', 'in', input.digests).execute();
  }
  return { kind: 'wiped' };
}

async function wipe(ctx: VerbContext, uid: JobUid): Promise<void> {
  for (const table of ['records', 'facts', 'placements', 'log_streams', 'runs'] as const) {
    await ctx.trx.deleteFrom(table).where('uid', '=', uid).execute();
  }
  const jobs = ctx.trx.selectFrom('jobs').select(['spec_digest', 'input']);
  const { spec_digest: digest, input } = await jobs.where('uid', '=', uid).executeTakeFirstOrThrow();
  const specDigest = await noSpec(ctx);
  const told = { ...fromJson(input), project: '', owner: '', roles: [], specDigest, bundleDigest: null };
  await ctx.trx
    .updateTable('jobs')
    .set({
      ...{
        project: '',
        owner: '',
        image: '',
        sentence: 'Deleted.',
        input: toJson(told),
        metadata: toJson<unknown>(null),
      },
      ...{ spec_digest: specDigest, bundle_digest: null, artifacts_digest: null, exit: null, usage: null },
      ...{ live_generation: null, live_counter: null, workflow_closed: 1 },
    })
    .where('uid', '=', uid)
    .execute();
  await dropSpec(ctx, digest);
}
