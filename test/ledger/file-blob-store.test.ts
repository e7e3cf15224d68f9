import { createHash, randomBytes } from 'node:crypto';
import { mkdtemp, readdir, utimes, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Readable } from 'node:stream';
import { buffer } from 'node:stream/consumers';
import { beforeEach, describe, expect, it } from 'vitest';
import type { BlobStore } from '../../ledger/blob-store.ts';
import { openFileBlobStore } from '../../ledger/file-blob-store.ts';
import { aDigest } from './builders.ts';

describe('the file blob store', () => {
  let directory: string;
  let store: BlobStore;
  beforeEach(async () => {
    directory = await mkdtemp(join(tmpdir(), 'longshore-blobs-'));
    store = await openFileBlobStore(directory);
  });
  const drafts = () => readdir(join(directory, 'drafts'));
  const blobs = async () => (await readdir(directory)).filter((name) => name !== 'drafts');

  it('names a blob by its content and gives it back', async () => {
    const bytes = randomBytes(300_000);
    const digest = `sha256:${createHash('sha256').update(bytes).digest('hex')}`;
    const pieces = () => Readable.from([bytes.subarray(0, 1_000), bytes.subarray(1_000)]);
    const stored = await store.write(pieces(), bytes.length);
    expect(stored).toEqual({ kind: 'stored', digest, bytes: bytes.length });
    expect(await store.write(pieces(), bytes.length)).toEqual(stored);
    if (stored.kind !== 'stored') throw new Error(stored.kind);
    const read = await store.read(stored.digest);
    expect(read?.bytes).toBe(bytes.length);
    expect(read === null ? null : (await buffer(read.content)).equals(bytes)).toBe(true);
    expect(await blobs()).toHaveLength(1);
    expect(await drafts()).toEqual([]);
  });

  it('keeps nothing of a blob beyond the limit, nor of one whose source fails', async () => {
    expect(await store.write(Readable.from([randomBytes(10), randomBytes(1)]), 10)).toEqual({ kind: 'too_large' });
    const failing = Readable.from(
      (async function* () {
        yield randomBytes(5);
        throw new Error('the line went dead');
      })(),
    );
    await expect(store.write(failing, 10)).rejects.toThrow('the line went dead');
    expect([...(await blobs()), ...(await drafts())]).toEqual([]);
  });

  it('knows nothing of a blob that was deleted or never there', async () => {
    const stored = await store.write(Readable.from([Buffer.from('x')]), 10);
    if (stored.kind !== 'stored') throw new Error(stored.kind);
    await store.delete(stored.digest);
    await store.delete(stored.digest);
    expect(await store.read(stored.digest)).toBeNull();
    expect(await store.read(aDigest('0'))).toBeNull();
  });

  it('removes at its opening what a killed process left half written, and nothing another one writes now', async () => {
    const yesterday = Date.now() / 1_000 - 25 * 60 * 60;
    await writeFile(join(directory, 'drafts', 'torn'), 'half');
    await utimes(join(directory, 'drafts', 'torn'), yesterday, yesterday);
    await writeFile(join(directory, 'drafts', 'growing'), 'half');
    await openFileBlobStore(directory);
    expect(await drafts()).toEqual(['growing']);
  });
});
