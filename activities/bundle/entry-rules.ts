import type { Header } from 'tar-stream';

export type BundleLimits = {
  /** The one folder everything must be under: the id of the job or schedule it was uploaded for. */
  readonly topFolder: string;
  readonly maxEntries: number;
  /** Of the archive once it is decompressed. */
  readonly maxBytes: number;
};

/** Larger than any bundle of code; small enough that a bomb does no harm. */
export const bundleLimits = (topFolder: string): BundleLimits => ({
  topFolder,
  maxEntries: 100_000,
  maxBytes: 8 * 1024 ** 3,
});

/** What Linux file systems take, with room for the directory a bundle is unpacked in. */
const LONGEST_NAME_BYTES = 255;
const LONGEST_PATH_BYTES = 2048;
const LONGEST_TARGET_BYTES = 4095;

/** An entry that may be unpacked, its path relative and normal ("train/data/x"); `skip` is the archive's own root. */
export type SafeEntry =
  | { readonly kind: 'skip' }
  | { readonly kind: 'directory'; readonly path: string; readonly mode: number }
  | { readonly kind: 'file'; readonly path: string; readonly mode: number }
  | { readonly kind: 'symlink'; readonly path: string; readonly target: string }
  | { readonly kind: 'hardlink'; readonly path: string; readonly target: string };
export type EntryVerdict = SafeEntry | { readonly kind: 'invalid'; readonly because: string };

/** Also keeps out what the reader has no name for, though its types say that there is nothing else. */
const UNPACKED: ReadonlySet<string> = new Set(['directory', 'file', 'contiguous-file', 'symlink', 'link']);

const invalid = (because: string): EntryVerdict => ({ kind: 'invalid', because });

/** Null for a path that is absolute, climbs, or is no path at all. */
const normalPath = (name: string): string | null => {
  if (name.startsWith('/') || name.includes('\0')) return null;
  const parts = name.split('/').filter((part) => part !== '' && part !== '.');
  return parts.includes('..') ? null : parts.join('/');
};

const isTooLong = (path: string): boolean =>
  Buffer.byteLength(path) > LONGEST_PATH_BYTES ||
  path.split('/').some((part) => Buffer.byteLength(part) > LONGEST_NAME_BYTES);

/** Where a symlink leads, lexically; null where it leaves the archive or climbs again after it went down. */
const linkedPath = (path: string, target: string): string | null => {
  if (target === '' || target.startsWith('/') || target.includes('\0')) return null;
  const parts = target.split('/').filter((part) => part !== '' && part !== '.');
  const climbs = parts.findIndex((part) => part !== '..');
  const up = climbs === -1 ? parts.length : climbs;
  const down = parts.slice(up);
  const from = path.split('/').slice(0, -1);
  if (down.includes('..') || up > from.length) return null;
  return [...from.slice(0, from.length - up), ...down].join('/');
};

/**
 * Judges the entries of one archive, in their order. What it lets through cannot reach outside the top folder: no path
 * goes through a link of the archive, a link's `..` are all at its start (where the directories above it are real), and
 * a hard link leads to a file that the archive brought itself.
 */
export const createEntryRules = (limits: BundleLimits): ((header: Header) => EntryVerdict) => {
  const kinds = new Map<string, 'directory' | 'file' | 'link'>();
  let entries = 0;
  const inTop = (path: string): boolean => path === limits.topFolder || path.startsWith(`${limits.topFolder}/`);

  const judgePath = (path: string, isLink: boolean): string | null => {
    const parts = path.split('/');
    for (let depth = 1; depth < parts.length; depth += 1) {
      const above = parts.slice(0, depth).join('/');
      const kind = kinds.get(above) ?? 'directory';
      if (kind !== 'directory') return `"${path}" lies below "${above}", which is a ${kind}`;
      kinds.set(above, 'directory');
    }
    const before = kinds.get(path);
    return before !== undefined && (isLink || before === 'link') ? `"${path}" is there twice, once as a link` : null;
  };

  return (header) => {
    entries += 1;
    if (entries > limits.maxEntries) return invalid(`it has more than ${limits.maxEntries} entries`);
    const path = normalPath(header.name);
    if (path === null) return invalid(`"${header.name}" is not a path below the top folder`);
    if (path === '') return header.type === 'directory' ? { kind: 'skip' } : invalid('an entry without a name');
    if (isTooLong(path)) return invalid(`the name "${path.slice(0, 80)}..." is too long`);
    if (!inTop(path)) return invalid(`"${header.name}" is not in the folder "${limits.topFolder}/"`);

    if (!UNPACKED.has(header.type)) {
      return invalid(`"${path}" is a ${header.type}: only files, folders and links are allowed`);
    }
    const isLink = header.type === 'symlink';
    const wrongPath = judgePath(path, isLink);
    if (wrongPath !== null) return invalid(wrongPath);
    const mode = header.mode & 0o777;
    const before = kinds.get(path);
    switch (header.type) {
      case 'directory':
        if (before === 'file') return invalid(`"${path}" is a file and a directory`);
        kinds.set(path, 'directory');
        return { kind: 'directory', path, mode };
      case 'file':
      case 'contiguous-file':
        if (path === limits.topFolder || before === 'directory') return invalid(`"${path}" is a file, not a folder`);
        kinds.set(path, 'file');
        return { kind: 'file', path, mode };
      case 'symlink': {
        const target = linkedPath(path, header.linkname);
        if (path === limits.topFolder || target === null || !inTop(target)) {
          return invalid(`the link "${path}" leads out of the folder, to "${header.linkname}"`);
        }
        if (Buffer.byteLength(header.linkname) > LONGEST_TARGET_BYTES) {
          return invalid(`the link "${path}" leads to a path that is too long`);
        }
        kinds.set(path, 'link');
        return { kind: 'symlink', path, target: header.linkname };
      }
      case 'link': {
        const target = normalPath(header.linkname);
        if (target === null || kinds.get(target) !== 'file' || before === 'directory') {
          return invalid(`the hard link "${path}" does not lead to a file of the archive`);
        }
        kinds.set(path, 'file');
        return { kind: 'hardlink', path, target };
      }
      case 'block-device':
      case 'character-device':
      case 'fifo':
        return invalid(`"${path}" is no file, folder or link`);
    }
  };
};
