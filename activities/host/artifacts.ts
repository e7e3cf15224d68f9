import { isUtf8 } from 'node:buffer';
import { constants, type Stats } from 'node:fs';
import { lstat, open, readdir, readlink, realpath } from 'node:fs/promises';
import { join, sep } from 'node:path';
import { Readable } from 'node:stream';
import { createGzip } from 'node:zlib';
import { pack, type Pack } from 'tar-stream';
import { LongshoreError } from '../../model/error.ts';

/** This process is short of something: another try may succeed. What else a file system says, it says again. */
const SHORT_OF = new Set(['EMFILE', 'ENFILE', 'ENOMEM', 'EAGAIN']);

/** So many of what is left out are named. */
const MOST_NAMED = 10;

const codeOf = (cause: unknown): string | null =>
  cause instanceof Error && 'code' in cause && typeof cause.code === 'string' ? cause.code : null;

const unreadable = (cause: unknown): Error => {
  const words = cause instanceof Error ? cause.message : String(cause);
  if (cause instanceof LongshoreError || SHORT_OF.has(codeOf(cause) ?? '')) {
    return cause instanceof Error ? cause : new Error(words);
  }
  return new LongshoreError('artifacts_unreadable', `the artifacts could not be read: ${words}`, { cause });
};

const orNullIfAbsent = async <T>(work: Promise<T>): Promise<T | null> => {
  try {
    return await work;
  } catch (cause) {
    if (codeOf(cause) === 'ENOENT') return null;
    throw unreadable(cause);
  }
};

/** Null for a name that is not UTF-8: an archive that others can read has no place for it. */
const utf8 = (bytes: Buffer): string | null => (isUtf8(bytes) ? bytes.toString('utf8') : null);

const header = (name: string, stats: Stats) => ({ name, mode: stats.mode & 0o777, mtime: stats.mtime });

const addFile = async (archive: Pack, name: string, path: string): Promise<void> => {
  // O_NOFOLLOW: between listing and opening, a file may have become a link to somewhere else, or a pipe.
  const file = await open(path, constants.O_RDONLY | constants.O_NOFOLLOW | constants.O_NONBLOCK);
  try {
    const stats = await file.stat();
    if (!stats.isFile()) return;
    await new Promise<void>((resolve, reject) => {
      const entry = archive.entry({ ...header(name, stats), type: 'file', size: stats.size }, (cause) =>
        cause instanceof Error ? reject(cause) : resolve(),
      );
      if (stats.size === 0) {
        entry.end(null);
        return;
      }
      const content = file.createReadStream({ autoClose: false, start: 0, end: stats.size - 1 });
      content.on('data', (chunk) => {
        if (!entry.write(chunk)) content.pause();
      });
      entry.on('drain', () => content.resume());
      content.on('end', () => entry.end(null));
      content.on('error', reject);
    });
  } finally {
    await file.close();
  }
};

type Skip = (name: string, because: string) => void;

const addChild = async (archive: Pack, name: string, path: string, skip: Skip): Promise<void> => {
  const stats = await lstat(path);
  if (stats.isDirectory()) return addDirectory(archive, name, path, skip);
  if (stats.isFile()) return addFile(archive, name, path);
  if (!stats.isSymbolicLink()) return;
  const linkname = utf8(await readlink(path, 'buffer'));
  if (linkname === null) return skip(name, 'leads to a name that is not UTF-8');
  archive.entry({ ...header(name, stats), type: 'symlink', linkname });
};

const addDirectory = async (archive: Pack, name: string, path: string, skip: Skip): Promise<void> => {
  const children = await readdir(path, { encoding: 'buffer' });
  archive.entry({ ...header(`${name}/`, await lstat(path)), type: 'directory' });
  for (const bytes of children.sort(Buffer.compare)) {
    const child = utf8(bytes);
    if (child === null) {
      skip(`${name}/${bytes.toString('latin1')}`, 'has a name that is not UTF-8');
      continue;
    }
    try {
      await addChild(archive, `${name}/${child}`, join(path, child), skip);
    } catch (cause) {
      const code = codeOf(cause);
      // Whatever names a system call failed before its entry was begun; a file that broke off in the middle ends it all.
      const isWhole = cause instanceof Error && 'syscall' in cause && cause.syscall !== 'read';
      if (code === null || !isWhole || SHORT_OF.has(code)) throw cause;
      skip(`${name}/${child}`, `cannot be read (${code})`);
    }
  }
};

export type PackedArtifacts = {
  readonly content: Readable;
  /** What was left out so far, in a sentence; null when nothing was. */
  incomplete(): string | null;
};

/**
 * The tar.gz of a job's artifacts, `<archiveDir>/<jobId>/artifacts`, with paths under `<jobId>/`; null when the folder
 * is missing or empty. Links are kept as links and never followed: a job must not hand out the host's files, so the
 * folder itself may not lead out of the archive directory either. What cannot be read is left out and named; where
 * that is all of it, LongshoreError('artifacts_unreadable').
 */
export const packArtifacts = async (archiveDir: string, jobId: string): Promise<PackedArtifacts | null> => {
  const path = join(archiveDir, jobId, 'artifacts');
  const real = await orNullIfAbsent(realpath(path));
  if (real === null) return null;
  if (real !== join((await orNullIfAbsent(realpath(archiveDir))) ?? '', jobId, 'artifacts')) {
    throw new LongshoreError(
      'artifacts_elsewhere',
      `the artifacts of job ${jobId} are a link to ${real}; they are not uploaded`,
    );
  }
  const names = await orNullIfAbsent(readdir(path + sep));
  if (names === null || names.length === 0) return null;

  const skipped: string[] = [];
  let skippedCount = 0;
  const skip: Skip = (name, because) => {
    skippedCount += 1;
    if (skipped.length < MOST_NAMED) skipped.push(`"${name.slice(-200)}" ${because}`);
  };
  const archive = pack();
  addDirectory(archive, jobId, path, skip).then(
    () => archive.finalize(),
    (cause: unknown) => archive.destroy(unreadable(cause)),
  );
  const gzip = createGzip();
  const source = Readable.from(archive);
  source.on('error', (cause) => gzip.destroy(cause));
  gzip.on('close', () => source.destroy());
  return {
    content: source.pipe(gzip),
    incomplete: () =>
      skippedCount === 0 ? null : `${skippedCount} of the artifacts could not be kept: ${skipped.join('; ')}`,
  };
};
