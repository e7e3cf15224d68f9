import type { SelectQueryBuilder } from 'kysely';
import type { JobRow } from '../job-row.ts';
import type { LedgerSchema } from '../schema.ts';
import type { VerbContext } from './context.ts';
import { ABSENT_SPEC, toListed, unsealed, type ListedRow } from './listed-job.ts';

type JobQuery = SelectQueryBuilder<LedgerSchema, 'jobs', object>;

/** Jobs with placement and spec, in the order of the query; a spec that cannot be read cuts none. Each is unsealed once. */
export async function listedJobs(
  ctx: VerbContext,
  choose: (jobs: JobQuery) => JobQuery,
): Promise<readonly { readonly row: JobRow; readonly job: ListedRow }[]> {
  const rows = await choose(ctx.trx.selectFrom('jobs')).selectAll().execute();
  if (rows.length === 0) return [];
  const placements = await ctx.trx
    .selectFrom('placements')
    .innerJoin('jobs', (join) =>
      join
        .onRef('jobs.uid', '=', 'placements.uid')
        .onRef('jobs.live_generation', '=', 'placements.generation')
        .onRef('jobs.live_counter', '=', 'placements.counter'),
    )
    .selectAll('placements')
    .where('jobs.uid', 'in', choose(ctx.trx.selectFrom('jobs')).clearOrderBy().select('jobs.uid'))
    .execute();
  const placementOf = new Map(placements.map((placement) => [placement.uid, placement]));
  const sealed = await ctx.trx
    .selectFrom('specs')
    .selectAll()
    .where('digest', 'in', choose(ctx.trx.selectFrom('jobs')).clearOrderBy().select('jobs.spec_digest'))
    .execute();
  const specOf = new Map(sealed.map((spec) => [spec.digest, unsealed(ctx, spec.sealed)]));
  return rows.map((row) => {
    const spec = specOf.get(row.spec_digest) ?? ABSENT_SPEC;
    return { row, job: toListed(row, placementOf.get(row.uid) ?? null, spec) };
  });
}
