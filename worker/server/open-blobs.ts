import path from 'node:path';
import type { BlobStore } from '../../ledger/blob-store.ts';
import { openFileBlobStore } from '../../ledger/file-blob-store.ts';
import type { Config } from '../config.ts';

/** In the data directory unless the configuration names a bucket. `close` lets go of its connections. */
export async function openBlobs(config: Config): Promise<BlobStore & { readonly close: () => void }> {
  const directory = path.join(config.dataDir, 'blobs');
  if (config.blobs === null) return { ...(await openFileBlobStore(directory)), close: () => undefined };
  // The AWS SDK is loaded by those alone who use it.
  const { openS3BlobStore } = await import('../../ledger/s3-blob-store.ts');
  return openS3BlobStore(config.blobs, path.join(directory, 'drafts'), null);
}
