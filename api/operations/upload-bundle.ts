import { randomUUID } from 'node:crypto';
import { once } from 'node:events';
import { PassThrough, Readable } from 'node:stream';
import { bundleLimits } from '../../activities/bundle/entry-rules.ts';
import { scanBundle } from '../../activities/bundle/scan.ts';
import { claimBlob } from '../../ledger/claim-blob.ts';
import type { Digest, JobId } from '../../model/ids.ts';
import type { ApiDeps, ApiOptions } from '../api-deps.ts';
import { findSchedule } from './find-schedules.ts';

export type UploadAnswer =
  | { readonly kind: 'uploaded' }
  /** `isArchive` false: it is not even a tar, or not all of one. */
  | { readonly kind: 'invalid'; readonly isArchive: boolean; readonly because: string }
  | { readonly kind: 'too_large'; readonly limitBytes: number };

type Refusal = Extract<UploadAnswer, { readonly kind: 'invalid' }>;

class InvalidBundle extends Error {
  readonly refusal: Refusal;

  constructor(refusal: Refusal) {
    super(refusal.because);
    this.refusal = refusal;
  }
}

type Scan = { readonly into: PassThrough; readonly verdict: Promise<Refusal | null> };

const beginScan = (jobId: JobId): Scan => {
  const into = new PassThrough();
  const verdict = scanBundle(into, bundleLimits(jobId)).then((archive) =>
    // In one line, whatever an entry is named.
    archive.kind === 'ok' ? null : { ...archive, because: archive.because.replaceAll(/\s+/g, ' ') },
  );
  // Awaited at the end of the upload; an early failure must not count as unhandled until then.
  verdict.catch(() => undefined);
  return { into, verdict };
};

/**
 * The upload's bytes on their way to the blob store, while a copy goes through the scan. The last of them is passed on
 * only after the verdict, so that an invalid bundle fails the write and is never stored.
 */
async function* scanned(content: Readable, scan: Scan): AsyncGenerator<Buffer> {
  const decided = scan.verdict.then((refusal) => {
    if (refusal !== null) throw new InvalidBundle(refusal);
  });
  decided.catch(() => undefined);
  try {
    for await (const chunk of content.iterator({ destroyOnReturn: false })) {
      const bytes = Buffer.from(chunk);
      if (!scan.into.write(bytes)) await Promise.race([once(scan.into, 'drain'), decided]);
      yield bytes;
    }
    scan.into.end();
    await decided;
  } finally {
    scan.into.destroy();
  }
}

/** Stores a job's bundle after a look at every entry of it, and makes it the one that the job's next admission pins. */
export const uploadBundle = async (
  deps: ApiDeps,
  options: ApiOptions,
  jobId: JobId,
  content: Readable,
): Promise<UploadAnswer> => {
  const scan = beginScan(jobId);
  const checked = Readable.from(scanned(content, scan));
  try {
    const claimant = randomUUID();
    const claim = (digest: Digest): Promise<void> => claimBlob(deps.ledger, digest, claimant);
    const written = await deps.blobs.write(checked, options.maxBundleBytes, claim);
    if (written.kind === 'too_large') return { kind: 'too_large', limitBytes: options.maxBundleBytes };
    // A schedule that was deleted in Temporal takes the bundles it had with it, and not this one.
    await findSchedule(deps, jobId);
    await deps.ledger.putBundle({ jobId, digest: written.digest, bytes: written.bytes, claimant });
    return { kind: 'uploaded' };
  } catch (error) {
    const cause = error instanceof Error && error.cause instanceof InvalidBundle ? error.cause : error;
    if (cause instanceof InvalidBundle) return cause.refusal;
    throw error;
  } finally {
    // The store leaves what it did not want unread; the scan must not wait for the rest.
    checked.destroy();
    scan.into.destroy();
  }
};
