import type { Digest, HostName, JobId, JobUid } from '../model/ids.ts';
import type { JobState } from '../model/job-record.ts';

export type ForgetAnswer =
  /** Nothing of the id is in any answer from now on; what lies in files goes durably, promised in the outbox. */
  | { readonly kind: 'forgotten'; readonly uid: JobUid }
  | { readonly kind: 'open'; readonly state: JobState }
  | { readonly kind: 'unknown' };

/** What is still to be removed of the jobs that were deleted together. */
export type Forgotten = {
  readonly jobId: JobId;
  readonly uids: readonly JobUid[];
  /** Where any of them was ever placed; removed hosts are left out. */
  readonly hosts: readonly HostName[];
  /** Bundles and artifacts they had. Others may have the same. */
  readonly digests: readonly Digest[];
  /** Placements that are not given back. */
  readonly held: number;
};

/**
 * Deletion, and the blobs that go with it. A blob is shared by all who store the same bytes, so whoever is about to
 * make one visible claims it first, and one is removed only by who has condemned it: never both at once.
 */
export interface DeletionBooks {
  /** Deletes an ended job with all earlier runs of its id. */
  forgetJob(input: { readonly jobId: JobId }): Promise<ForgetAnswer>;
  /** `uid`: the one that went by the id when it was deleted. */
  forgotten(input: { readonly uid: JobUid }): Promise<Forgotten>;
  /** Wipes their rows, which stay only to be known as deleted. `held`: not while a placement is not given back. */
  wipeForgotten(input: {
    readonly uid: JobUid;
    readonly digests: readonly Digest[];
  }): Promise<{ readonly kind: 'wiped' | 'held' }>;

  /** Keeps a blob from being condemned for `forMs`, or until what refers to it is in the ledger. `busy`: it is condemned. */
  claimBlob(input: {
    readonly digest: Digest;
    readonly claimant: string;
    readonly forMs: number;
  }): Promise<{ readonly kind: 'claimed' | 'busy' }>;
  /**
   * Of these, the blobs that nothing refers to: for `forMs` nobody can claim them, and the caller alone removes them.
   * `busy`: claimed or condemned by somebody else now.
   */
  condemnBlobs(input: {
    readonly digests: readonly Digest[];
    readonly forMs: number;
  }): Promise<{ readonly condemned: readonly Digest[]; readonly busy: readonly Digest[] }>;
  /** They are removed. */
  finishCondemned(input: { readonly digests: readonly Digest[] }): Promise<void>;
}
