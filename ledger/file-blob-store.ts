import { open, rename, rm, type FileHandle } from 'node:fs/promises';
import { join } from 'node:path';
import type { Digest } from '../model/ids.ts';
import { removeAbandoned, withDraft } from './blob-draft.ts';
import type { BlobStore } from './blob-store.ts';
import { makeDirectory, syncDirectory } from './durable-files.ts';
import { verifiedContent } from './verified-content.ts';

/**
 * Blobs as files named by their digest. A blob is written beside them and renamed when it is whole and on disk, so a
 * name that is there has all its bytes. Several processes may share the directory.
 */
export async function openFileBlobStore(directory: string): Promise<BlobStore> {
  const drafts = join(directory, 'drafts');
  await makeDirectory(drafts);
  await removeAbandoned(drafts);
  const pathOf = (digest: Digest): string => join(directory, digest.replace(':', '-'));

  return {
    async write(content, limitBytes, claim) {
      const stored = await withDraft(drafts, content, limitBytes, async ({ path, digest, bytes }) => {
        await claim?.(digest);
        await rename(path, pathOf(digest));
        await syncDirectory(directory);
        return { kind: 'stored', digest, bytes } as const;
      });
      return stored ?? { kind: 'too_large' };
    },

    async read(digest) {
      const handle = await openIfThere(pathOf(digest));
      if (handle === null) return null;
      const { size } = await handle.stat();
      return { content: verifiedContent(handle.createReadStream(), digest), bytes: size };
    },

    async delete(digest) {
      await rm(pathOf(digest), { force: true });
    },
  };
}

function openIfThere(path: string): Promise<FileHandle | null> {
  return open(path, 'r').catch((error: NodeJS.ErrnoException) => {
    if (error.code === 'ENOENT') return null;
    throw error;
  });
}
