import { createWriteStream } from 'node:fs';
import { chmod, link, mkdir, rm, symlink } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import type { Readable } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import type { BundleLimits, SafeEntry } from './entry-rules.ts';
import { readArchive, type Archive } from './read-archive.ts';
import { InvalidArchive } from './tar-guard.ts';

/** What a file system answers to entries it cannot hold, whoever asks and however often. */
const NOT_HOLDABLE = new Set(['ENAMETOOLONG', 'EMLINK', 'ENOTDIR', 'EEXIST', 'EISDIR']);

const place = async (
  directory: string,
  entry: Exclude<SafeEntry, { kind: 'skip' }>,
  content: AsyncIterable<unknown>,
): Promise<void> => {
  const path = join(directory, entry.path);
  await mkdir(entry.kind === 'directory' ? path : dirname(path), { recursive: true });
  switch (entry.kind) {
    case 'directory':
      // Whoever unpacks must be able to write into it and to remove it.
      await chmod(path, entry.mode | 0o700);
      return;
    case 'file':
      await rm(path, { force: true });
      await pipeline(content, createWriteStream(path, { flags: 'wx', mode: entry.mode }));
      await chmod(path, entry.mode);
      return;
    case 'symlink':
      await symlink(entry.target, path);
      return;
    case 'hardlink':
      await rm(path, { force: true });
      await link(join(directory, entry.target), path);
      return;
  }
};

/**
 * Unpacks a bundle into an empty directory that nobody else writes to. Owner, set-uid bits and times are not taken
 * over. After an `invalid` the directory holds a part and is to be thrown away.
 */
export const unpackBundle = (content: Readable, directory: string, limits: BundleLimits): Promise<Archive> =>
  readArchive(content, limits, async (entry, body) => {
    try {
      await place(directory, entry, body);
    } catch (cause) {
      const code = cause instanceof Error && 'code' in cause ? String(cause.code) : '';
      if (!NOT_HOLDABLE.has(code)) throw cause;
      throw new InvalidArchive(`"${entry.path}" cannot be stored on this host (${code})`);
    }
  });
