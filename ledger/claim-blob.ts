import { setTimeout as sleep } from 'node:timers/promises';
import { LongshoreError } from '../model/error.ts';
import type { Digest } from '../model/ids.ts';
import type { Ledger } from './ledger.ts';

/** From a blob's last byte to the row that refers to it; a host may wait out a long absence of Temporal in between. */
const CLAIM_MS = 60 * 60_000;
const PAUSE_MS = 100;
/** Who removes a blob is done or has lost its right within a minute. */
const WITHIN_MS = 90_000;

/** All hosts: an archive of artifacts is of one job alone, and is referred to by its record. */
export const HOST_CLAIMANT = 'host';

/** Waits until nobody is about to remove the blob, and has nobody begin to. */
export async function claimBlob(ledger: Pick<Ledger, 'claimBlob'>, digest: Digest, claimant: string): Promise<void> {
  const begunMs = performance.now();
  while ((await ledger.claimBlob({ digest, claimant, forMs: CLAIM_MS })).kind === 'busy') {
    if (performance.now() - begunMs > WITHIN_MS) {
      throw new LongshoreError('ledger_unavailable', `Blob ${digest} is being removed for too long; try again`);
    }
    await sleep(PAUSE_MS);
  }
}
