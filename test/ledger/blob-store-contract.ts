import { createHash, randomBytes } from 'node:crypto';
import { Readable } from 'node:stream';
import { buffer } from 'node:stream/consumers';
import { beforeEach, expect, it } from 'vitest';
import type { BlobStore } from '../../ledger/blob-store.ts';
import { type Digest, digestSchema } from '../../model/ids.ts';
import { aDigest } from './builders.ts';

export type OpenedBlobs = {
  readonly store: BlobStore;
  /** Names of what is kept, whole or not. */
  readonly kept: () => Promise<readonly string[]>;
  /** Puts other bytes in a blob's place. */
  readonly damage: (digest: Digest, bytes: Buffer) => Promise<void>;
};

const digestOf = (bytes: Buffer): Digest =>
  digestSchema.parse(`sha256:${createHash('sha256').update(bytes).digest('hex')}`);

/** What every blob store does, wherever it keeps them. */
export const blobStoreContract = (open: () => Promise<OpenedBlobs>): void => {
  let opened: OpenedBlobs;
  beforeEach(async () => {
    opened = await open();
  });
  const readBack = async (digest: Digest): Promise<Buffer | null> => {
    const read = await opened.store.read(digest);
    return read === null ? null : buffer(read.content);
  };

  it.each([0, 1, 300_000, 20_000_000])(
    'names %d bytes by what they are, keeps them once, gives them back',
    async (size) => {
      const bytes = randomBytes(size);
      const digest = digestOf(bytes);
      const pieces = () => Readable.from(size === 0 ? [] : [bytes.subarray(0, size / 3), bytes.subarray(size / 3)]);
      const stored = await opened.store.write(pieces(), size);
      expect(stored).toEqual({ kind: 'stored', digest, bytes: size });
      expect(await opened.store.write(pieces(), size)).toEqual(stored);
      const unread = await opened.store.read(digest);
      expect(unread?.bytes).toBe(size);
      unread?.content.destroy();
      expect((await readBack(digest))?.equals(bytes)).toBe(true);
      expect(await opened.kept()).toHaveLength(1);
    },
  );

  it('shows nothing of a blob beyond the limit, nor of one whose source fails', async () => {
    const { store, kept } = opened;
    expect(await store.write(Readable.from([randomBytes(10), randomBytes(1)]), 10)).toEqual({ kind: 'too_large' });
    const failing = Readable.from(
      (async function* () {
        yield randomBytes(9_000_000);
        throw new Error('the line went dead');
      })(),
    );
    await expect(store.write(failing, 1e9)).rejects.toThrow('the line went dead');
    expect(await kept()).toEqual([]);
  });

  it('has a blob claimed before it can be seen, and shows nothing where that fails', async () => {
    const { store, kept } = opened;
    const bytes = randomBytes(100);
    const claim = async (digest: Digest): Promise<void> => {
      expect(digest).toBe(digestOf(bytes));
      expect(await store.read(digest)).toBeNull();
      throw new Error('not now');
    };
    await expect(store.write(Readable.from([bytes]), 100, claim)).rejects.toThrow('not now');
    expect(await kept()).toEqual([]);
  });

  it('knows nothing of a blob that was deleted or never there', async () => {
    const { store } = opened;
    const digest = digestOf(Buffer.from('x'));
    await store.write(Readable.from([Buffer.from('x')]), 10);
    await store.delete(digest);
    await store.delete(digest);
    expect(await store.read(digest)).toBeNull();
    expect(await store.read(aDigest('0'))).toBeNull();
  });

  it('never gives all of a blob that is not what was stored', async () => {
    const bytes = randomBytes(200_000);
    await opened.store.write(Readable.from([bytes]), bytes.length);
    const other = Buffer.from(bytes);
    other[100_000] = (other[100_000] ?? 0) ^ 1;
    await opened.damage(digestOf(bytes), other);
    await expect(readBack(digestOf(bytes))).rejects.toMatchObject({ code: 'blob_damaged' });
  });
};
