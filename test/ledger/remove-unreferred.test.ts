import { randomBytes } from 'node:crypto';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Readable } from 'node:stream';
import { text } from 'node:stream/consumers';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { BlobStore } from '../../ledger/blob-store.ts';
import { claimBlob } from '../../ledger/claim-blob.ts';
import { openFileBlobStore } from '../../ledger/file-blob-store.ts';
import type { Ledger } from '../../ledger/ledger.ts';
import { removeUnreferred } from '../../activities/control/remove-unreferred.ts';
import { openSqliteLedger } from '../../ledger/sqlite/open-sqlite-ledger.ts';
import type { Digest } from '../../model/ids.ts';
import { aJobId } from './builders.ts';

let directory: string;
let ledger: Ledger;
let blobs: BlobStore;
beforeAll(async () => {
  directory = await mkdtemp(join(tmpdir(), 'longshore-unreferred-'));
  ledger = await openSqliteLedger({ directory, sealKey: randomBytes(32), now: () => Date.now() });
  blobs = await openFileBlobStore(join(directory, 'blobs'));
});
afterAll(async () => {
  await ledger.close();
  await rm(directory, { recursive: true, force: true });
});

const upload = async (id: string, content: string): Promise<Digest> => {
  const claim = (digest: Digest): Promise<void> => claimBlob(ledger, digest, id);
  const written = await blobs.write(Readable.from([Buffer.from(content)]), 1_000, claim);
  if (written.kind !== 'stored') throw new Error('not stored');
  const { digest, bytes } = written;
  await ledger.putBundle({ jobId: aJobId(id), digest, bytes, claimant: id });
  return digest;
};

describe('removing blobs that nothing refers to', () => {
  it('never takes one from an upload of the same bytes that goes on meanwhile', { timeout: 60_000 }, async () => {
    const digest = await upload('shared', 'the same bytes');
    const remover = async (): Promise<void> => {
      for (let round = 0; round < 40; round += 1) {
        await removeUnreferred({ ledger, blobs }, [digest]).catch((error: unknown) => {
          expect(error).toMatchObject({ code: 'blob_in_use' });
        });
      }
    };
    const uploader = async (): Promise<void> => {
      for (let round = 0; round < 20; round += 1) {
        await upload('shared', 'the same bytes');
        const blob = await blobs.read(digest);
        expect(blob === null ? null : await text(blob.content)).toBe('the same bytes');
        // Takes the reference away again: the old bytes are nobody's now.
        await upload('shared', `others ${round}`);
      }
    };
    await Promise.all([remover(), remover(), uploader()]);
    await removeUnreferred({ ledger, blobs }, [digest]);
    expect(await blobs.read(digest)).toBeNull();
  });
});
