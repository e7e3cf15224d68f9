import type { SelectQueryBuilder } from 'kysely';
import { LongshoreError } from '../../model/error.ts';
import { toJobRecord, type JobRow } from '../job-row.ts';
import type { ListRow } from '../list-row.ts';
import type { LedgerSchema } from '../schema.ts';
import type { VerbContext } from './context.ts';
import { LOST_SPEC, specFromInput } from './lost-spec.ts';

type JobQuery = SelectQueryBuilder<LedgerSchema, 'jobs', object>;

/** Jobs with placement and spec, in the order of the query; a spec that cannot be read cuts none. Each is unsealed once. */
export async function listedJobs(
  ctx: VerbContext,
  choose: (jobs: JobQuery) => JobQuery,
): Promise<readonly { readonly row: JobRow; readonly job: ListRow & { readonly isSpecLost: boolean } }[]> {
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
    const absent = { spec: null, unreadable: `The spec of job ${row.job_id} is not in the ledger.` };
    const found = specOf.get(row.spec_digest) ?? absent;
    const isSpecLost = found === 'lost';
    const record = toJobRecord(row, placementOf.get(row.uid) ?? null);
    const spec = isSpecLost ? { spec: specFromInput(row), unreadable: null } : found;
    return { row, job: { record, ...spec, isSpecLost } };
  });
}

function unsealed(ctx: VerbContext, sealed: string): Pick<ListRow, 'spec' | 'unreadable'> | 'lost' {
  if (sealed === LOST_SPEC) return 'lost';
  try {
    return { spec: ctx.sealer.unseal(sealed), unreadable: null };
  } catch (error) {
    if (!(error instanceof LongshoreError)) throw error;
    return { spec: null, unreadable: error.message };
  }
}
