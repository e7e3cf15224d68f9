import type { SelectQueryBuilder } from 'kysely';
import { LongshoreError } from '../../model/error.ts';
import type { JobSpec } from '../../model/job-spec.ts';
import { toJobRecord, type JobRow } from '../job-row.ts';
import type { ListedJob } from '../ledger.ts';
import type { LedgerSchema } from '../schema.ts';
import type { VerbContext } from './context.ts';
import { LOST_SPEC, specFromInput } from './lost-spec.ts';

type JobQuery = SelectQueryBuilder<LedgerSchema, 'jobs', object>;

/** Jobs with placement and spec, in the order of the query; each spec is unsealed once. */
export async function listedJobs(
  ctx: VerbContext,
  choose: (jobs: JobQuery) => JobQuery,
): Promise<readonly { readonly row: JobRow; readonly job: Omit<ListedJob, 'position'> }[]> {
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
  const specOf = new Map(
    sealed.map(({ digest, sealed: text }) => [digest, text === LOST_SPEC ? null : ctx.sealer.unseal(text)]),
  );
  return rows.map((row) => ({
    row,
    job: {
      record: toJobRecord(row, placementOf.get(row.uid) ?? null),
      spec: expectSpec(row, specOf.get(row.spec_digest)),
      isSpecLost: specOf.get(row.spec_digest) === null,
    },
  }));
}

function expectSpec(row: JobRow, spec: JobSpec | null | undefined): JobSpec {
  if (spec === null) return specFromInput(row);
  if (spec !== undefined) return spec;
  throw new LongshoreError('spec_unreadable', `The spec of job ${row.job_id} is not in the ledger.`);
}
