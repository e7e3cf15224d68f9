import { constants, type Stats } from 'node:fs';
import { lstat, open, readdir, readlink, realpath } from 'node:fs/promises';
import { join, sep } from 'node:path';
import { Readable } from 'node:stream';
import { createGzip } from 'node:zlib';
import { pack, type Pack } from 'tar-stream';
import { LongshoreError } from '../../model/error.ts';

const orNullIfAbsent = async <T>(work: Promise<T>): Promise<T | null> => {
  try {
    return await work;
  } catch (cause) {
    if (cause instanceof Error && 'code' in cause && (cause.code === 'ENOENT' || cause.code === 'ENOTDIR')) return null;
    throw cause;
  }
};

const header = (name: string, stats: Stats) => ({ name, mode: stats.mode & 0o777, mtime: stats.mtime });

const addFile = async (archive: Pack, name: string, path: string): Promise<void> => {
  // O_NOFOLLOW: between listing and opening, a file may have become a link to somewhere else.
  const file = await open(path, constants.O_RDONLY | constants.O_NOFOLLOW);
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

const addDirectory = async (archive: Pack, name: string, path: string): Promise<void> => {
  archive.entry({ ...header(`${name}/`, await lstat(path)), type: 'directory' });
  for (const child of (await readdir(path)).sort()) {
    const childName = `${name}/${child}`;
    const childPath = join(path, child);
    const stats = await lstat(childPath);
    if (stats.isDirectory()) await addDirectory(archive, childName, childPath);
    else if (stats.isFile()) await addFile(archive, childName, childPath);
    else if (stats.isSymbolicLink()) {
      archive.entry({ ...header(childName, stats), type: 'symlink', linkname: await readlink(childPath) });
    }
  }
};

/**
 * The tar.gz of a job's artifacts, `<archiveDir>/<jobId>/artifacts`, with paths under `<jobId>/`; null when the folder
 * is missing or empty. Links are kept as links and never followed: a job must not hand out the host's files, so the
 * folder itself may not lead out of the archive directory either.
 */
export const packArtifacts = async (archiveDir: string, jobId: string): Promise<Readable | null> => {
  const path = join(archiveDir, jobId, 'artifacts');
  const real = await orNullIfAbsent(realpath(path));
  if (real === null) return null;
  if (real !== join(await realpath(archiveDir), jobId, 'artifacts')) {
    throw new LongshoreError(
      'artifacts_elsewhere',
      `the artifacts of job ${jobId} are a link to ${real}; they are not uploaded`,
    );
  }
  const names = await orNullIfAbsent(readdir(path + sep));
  if (names === null || names.length === 0) return null;

  const archive = pack();
  addDirectory(archive, jobId, path).then(
    () => archive.finalize(),
    (cause: unknown) => archive.destroy(cause instanceof Error ? cause : new Error(String(cause))),
  );
  const gzip = createGzip();
  const source = Readable.from(archive);
  source.on('error', (cause) => gzip.destroy(cause));
  gzip.on('close', () => source.destroy());
  return source.pipe(gzip);
};
