import { createHash, randomUUID } from 'node:crypto';
import { open, readdir, rm, stat, type FileHandle } from 'node:fs/promises';
import { join } from 'node:path';
import type { Readable } from 'node:stream';
import { digestSchema, type Digest } from '../model/ids.ts';

/** No upload is without a byte for so long. */
export const ABANDONED_AFTER_MS = 24 * 60 * 60_000;

export type BlobDraft = { readonly path: string; readonly digest: Digest; readonly bytes: number };

/**
 * Takes a blob in, hashing, and hands it on when it is whole and on disk; nothing is left when that is over or fails.
 * Null: there is more than the limit. The source is destroyed then, as it is when the disk fails.
 */
export async function withDraft<T>(
  drafts: string,
  content: Readable,
  limitBytes: number,
  use: (draft: BlobDraft) => Promise<T>,
): Promise<T | null> {
  const path = join(drafts, randomUUID());
  const handle = await open(path, 'wx', 0o600);
  try {
    const written = await writeHashed(handle, content, limitBytes);
    if (written === null) return null;
    await handle.sync();
    return await use({ path, ...written });
  } finally {
    await handle.close();
    await rm(path, { force: true });
  }
}

/** Several processes may share the directory: what a killed one left is told from what is written now by its age. */
export async function removeAbandoned(drafts: string): Promise<void> {
  for (const name of await readdir(drafts)) {
    const draft = join(drafts, name);
    // Gone meanwhile: finished, or removed by another process that opens.
    const found = await stat(draft).catch(() => null);
    if (found !== null && Date.now() - found.mtimeMs > ABANDONED_AFTER_MS) await rm(draft, { force: true });
  }
}

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
