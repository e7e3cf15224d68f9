import type { Readable } from 'node:stream';
import type { Digest } from '../model/ids.ts';

/** Content-addressed bytes: bundles and artifacts. Writing what is there already is the same blob. */
export interface BlobStore {
  /** Streams to disk while hashing; nothing is left behind when it fails or exceeds `limitBytes`. Durable when it resolves. */
  write(
    content: Readable,
    limitBytes: number,
    /** Awaited before the blob can be seen: sees to it that nobody removes it from then on. */
    claim?: (digest: Digest) => Promise<void>,
  ): Promise<
    { readonly kind: 'stored'; readonly digest: Digest; readonly bytes: number } | { readonly kind: 'too_large' }
  >;
  /** Null: no such blob. */
  read(digest: Digest): Promise<{ readonly content: Readable; readonly bytes: number } | null>;
  delete(digest: Digest): Promise<void>;
}
