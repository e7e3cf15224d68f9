import type { Digest } from '../../model/ids.ts';
import type { JobSpec } from '../../model/job-spec.ts';
import type { VerbContext } from './context.ts';

/** Sealed, once per equal spec. */
export async function keepSpec(ctx: VerbContext, digest: Digest, spec: JobSpec): Promise<void> {
  await ctx.trx
    .insertInto('specs')
    .values({ digest, sealed: ctx.sealer.seal(spec) })
    .onConflict((conflict) => conflict.column('digest').doNothing())
    .execute();
}
