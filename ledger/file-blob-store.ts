import { createHash, randomUUID } from 'node:crypto';
import { open, readdir, rename, rm, stat, type FileHandle } from 'node:fs/promises';
import { join } from 'node:path';
import type { Readable } from 'node:stream';
import { digestSchema, type Digest } from '../model/ids.ts';
import type { BlobStore } from './blob-store.ts';
import { makeDirectory, syncDirectory } from './durable-files.ts';

/** No upload is without a byte for so long. */
const ABANDONED_AFTER_MS = 24 * 60 * 60_000;

/**
 * Blobs as files named by their digest. A blob is written beside them and renamed when it is whole and on disk, so a
 * name that is there has all its bytes. Several processes may share the directory: what a killed one left half written
 * is told from what another one writes now by its age, and removed at an open.
 */
export async function openFileBlobStore(directory: string): Promise<BlobStore> {
  const drafts = join(directory, 'drafts');
  await makeDirectory(drafts);
  await removeAbandoned(drafts);
  const pathOf = (digest: Digest): string => join(directory, digest.replace(':', '-'));

  return {
    async write(content, limitBytes, claim) {
      const draft = join(drafts, randomUUID());
      const handle = await open(draft, 'wx', 0o600);
      try {
        const written = await writeHashed(handle, content, limitBytes);
        if (written === null) return { kind: 'too_large' };
        await handle.sync();
        await claim?.(written.digest);
        await rename(draft, pathOf(written.digest));
        await syncDirectory(directory);
        return { kind: 'stored', ...written };
      } finally {
        await handle.close();
        await rm(draft, { force: true });
      }
    },

    async read(digest) {
      const handle = await openIfThere(pathOf(digest));
      if (handle === null) return null;
      const { size } = await handle.stat();
      return { content: handle.createReadStream(), bytes: size };
    },

    async delete(digest) {
      await rm(pathOf(digest), { force: true });
    },
  };
}

async function removeAbandoned(drafts: string): Promise<void> {
  for (const name of await readdir(drafts)) {
    const draft = join(drafts, name);
    // Gone meanwhile: finished, or removed by another process that opens.
    const found = await stat(draft).catch(() => null);
    if (found !== null && Date.now() - found.mtimeMs > ABANDONED_AFTER_MS) await rm(draft, { force: true });
  }
}

/** Null: there is more than the limit. The source is destroyed then, as it is when the disk fails. */
async function writeHashed(
  handle: FileHandle,
  content: Readable,
  limitBytes: number,
): Promise<{ readonly digest: Digest; readonly bytes: number } | null> {
  const hash = createHash('sha256');
  let bytes = 0;
  for await (const piece of content) {
    const chunk = Buffer.isBuffer(piece) ? piece : Buffer.from(piece as string | Uint8Array);
    bytes += chunk.byteLength;
    if (bytes > limitBytes) return null;
    hash.update(chunk);
    await handle.writeFile(chunk);
  }
  return { digest: digestSchema.parse(`sha256:${hash.digest('hex')}`), bytes };
}

function openIfThere(path: string): Promise<FileHandle | null> {
  return open(path, 'r').catch((error: NodeJS.ErrnoException) => {
    if (error.code === 'ENOENT') return null;
    throw error;
  });
}
