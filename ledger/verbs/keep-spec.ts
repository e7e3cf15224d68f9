import type { Digest } from '../../model/ids.ts';
import type { JobSpec } from '../../model/job-spec.ts';
import type { VerbContext } from './context.ts';
import { LOST_SPEC } from './lost-spec.ts';

/** Sealed, once per equal spec; one that was lost in a restore is here again. */
export async function keepSpec(ctx: VerbContext, digest: Digest, spec: JobSpec): Promise<void> {
  const sealed = ctx.sealer.seal(spec);
  await ctx.trx
    .insertInto('specs')
    .values({ digest, sealed })
    .onConflict((conflict) => conflict.column('digest').doUpdateSet({ sealed }).where('specs.sealed', '=', LOST_SPEC))
    .execute();
}
