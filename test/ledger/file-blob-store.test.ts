import { mkdtemp, readdir, utimes, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { openFileBlobStore } from '../../ledger/file-blob-store.ts';
import { blobStoreContract } from './blob-store-contract.ts';

const aDirectory = (): Promise<string> => mkdtemp(join(tmpdir(), 'longshore-blobs-'));
const drafts = (directory: string): Promise<string[]> => readdir(join(directory, 'drafts'));

describe('the file blob store', () => {
  blobStoreContract(async () => {
    const directory = await aDirectory();
    return {
      store: await openFileBlobStore(directory),
      kept: async () => [
        ...(await readdir(directory)).filter((name) => name !== 'drafts'),
        ...(await drafts(directory)),
      ],
      damage: (digest, bytes) => writeFile(join(directory, digest.replace(':', '-')), bytes),
    };
  });

  it('removes at its opening what a killed process left half written, and nothing another one writes now', async () => {
    const directory = await aDirectory();
    await openFileBlobStore(directory);
    const yesterday = Date.now() / 1_000 - 25 * 60 * 60;
    await writeFile(join(directory, 'drafts', 'torn'), 'half');
    await utimes(join(directory, 'drafts', 'torn'), yesterday, yesterday);
    await writeFile(join(directory, 'drafts', 'growing'), 'half');
    await openFileBlobStore(directory);
    expect(await drafts(directory)).toEqual(['growing']);
  });
});
