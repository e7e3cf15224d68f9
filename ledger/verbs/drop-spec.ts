import { digestSchema, type Digest } from '../../model/ids.ts';
import type { VerbContext } from './context.ts';
import { standInForSpec } from './lost-spec.ts';

const NO_SPEC = digestSchema.parse(`sha256:${'0'.repeat(64)}`);

/** What the row of something deleted refers to in place of its spec. */
export async function noSpec(ctx: VerbContext): Promise<Digest> {
  await standInForSpec(ctx, NO_SPEC);
  return NO_SPEC;
}

/** Unless a job or a schedule has an equal one. */
export async function dropSpec(ctx: VerbContext, digest: Digest): Promise<void> {
  await ctx.trx
    .deleteFrom('specs')
    .where('digest', '=', digest)
    .where('digest', '!=', NO_SPEC)
    .where(({ not, exists, selectFrom }) =>
      not(exists(selectFrom('jobs').select('jobs.uid').whereRef('jobs.spec_digest', '=', 'specs.digest'))),
    )
    .where(({ not, exists, selectFrom }) =>
      not(
        exists(selectFrom('schedules').select('schedules.uid').whereRef('schedules.spec_digest', '=', 'specs.digest')),
      ),
    )
    .execute();
}
