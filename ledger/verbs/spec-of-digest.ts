import { LongshoreError } from '../../model/error.ts';
import type { Digest } from '../../model/ids.ts';
import type { JobSpec } from '../../model/job-spec.ts';
import type { VerbContext } from './context.ts';

export async function specOfDigest(ctx: VerbContext, digest: Digest): Promise<JobSpec> {
  const row = await ctx.trx.selectFrom('specs').select('sealed').where('digest', '=', digest).executeTakeFirst();
  if (row !== undefined) return ctx.sealer.unseal(row.sealed);
  throw new LongshoreError('spec_unreadable', `The spec ${digest} is not in the ledger.`);
}
