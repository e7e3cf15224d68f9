import { LongshoreError } from '../../model/error.ts';
import type { Digest } from '../../model/ids.ts';
import type { BlobStore } from '../../ledger/blob-store.ts';
import type { Ledger } from '../../ledger/ledger.ts';

/** A condemnation that nobody finished is over after this. */
const CONDEMNED_MS = 60_000;
/** One who was paused for longer than this since it condemned removes nothing: somebody else may do so by now. */
const REMOVE_WITHIN_MS = 20_000;
const BATCH = 20;

/**
 * Removes the blobs of these that nothing refers to. Safe twice and at any crash; throws LongshoreError('blob_in_use')
 * where one cannot be judged now because somebody writes the same bytes: try again.
 */
export async function removeUnreferred(
  deps: { readonly ledger: Pick<Ledger, 'condemnBlobs' | 'finishCondemned'>; readonly blobs: BlobStore },
  digests: readonly Digest[],
): Promise<void> {
  const inUse: Digest[] = [];
  for (let at = 0; at < digests.length; at += BATCH) {
    const askedMs = performance.now();
    const batch = digests.slice(at, at + BATCH);
    const { condemned, busy } = await deps.ledger.condemnBlobs({ digests: batch, forMs: CONDEMNED_MS });
    inUse.push(...busy);
    for (const digest of condemned) {
      if (performance.now() - askedMs > REMOVE_WITHIN_MS) {
        throw new LongshoreError('blob_in_use', `blob ${digest} was not removed in time; trying again`);
      }
      await deps.blobs.delete(digest);
    }
    await deps.ledger.finishCondemned({ digests: condemned });
  }
  if (inUse.length === 0) return;
  throw new LongshoreError('blob_in_use', `${inUse.length} blobs are being written by others; trying again`);
}
