import type { Digest } from '../../model/ids.ts';
import { isBlobReferred } from './blob-references.ts';
import type { VerbContext } from './context.ts';

/** The claimant that is about to remove a blob. */
const REMOVER = '';

export async function claimBlob(
  ctx: VerbContext,
  input: { readonly digest: Digest; readonly claimant: string; readonly forMs: number },
): Promise<{ readonly kind: 'claimed' | 'busy' }> {
  const { digest, claimant } = input;
  const claimants = await liveClaimants(ctx, digest);
  if (claimants.includes(REMOVER)) return { kind: 'busy' };
  await keepClaim(ctx, digest, claimant, input.forMs);
  return { kind: 'claimed' };
}

export async function condemnBlobs(
  ctx: VerbContext,
  input: { readonly digests: readonly Digest[]; readonly forMs: number },
): Promise<{ readonly condemned: readonly Digest[]; readonly busy: readonly Digest[] }> {
  const condemned: Digest[] = [];
  const busy: Digest[] = [];
  for (const digest of input.digests) {
    if (await isBlobReferred(ctx, digest)) continue;
    if ((await liveClaimants(ctx, digest)).length > 0) {
      busy.push(digest);
      continue;
    }
    await keepClaim(ctx, digest, REMOVER, input.forMs);
    condemned.push(digest);
  }
  return { condemned, busy };
}

export async function finishCondemned(ctx: VerbContext, input: { readonly digests: readonly Digest[] }): Promise<void> {
  for (const digest of input.digests) await dropClaim(ctx, digest, REMOVER);
}

/** What it was claimed for is in the ledger now. */
export async function dropClaim(ctx: VerbContext, digest: Digest, claimant: string): Promise<void> {
  await ctx.trx.deleteFrom('blob_claims').where('digest', '=', digest).where('claimant', '=', claimant).execute();
}

async function keepClaim(ctx: VerbContext, digest: Digest, claimant: string, forMs: number): Promise<void> {
  const until_ms = ctx.nowMs + forMs;
  await ctx.trx
    .insertInto('blob_claims')
    .values({ digest, claimant, until_ms })
    .onConflict((conflict) => conflict.columns(['digest', 'claimant']).doUpdateSet({ until_ms }))
    .execute();
}

async function liveClaimants(ctx: VerbContext, digest: Digest): Promise<readonly string[]> {
  await ctx.trx.deleteFrom('blob_claims').where('until_ms', '<=', ctx.nowMs).execute();
  const rows = await ctx.trx.selectFrom('blob_claims').select('claimant').where('digest', '=', digest).execute();
  return rows.map(({ claimant }) => claimant);
}
