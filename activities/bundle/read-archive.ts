import { PassThrough, type Readable } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import { createGunzip } from 'node:zlib';
import { extract } from 'tar-stream';
import { createEntryRules, type BundleLimits, type SafeEntry } from './entry-rules.ts';
import { createTarGuard, InvalidArchive } from './tar-guard.ts';

export type Archive =
  | { readonly kind: 'ok'; readonly entries: number; readonly bytes: number }
  /** `isArchive` false: it is not even a tar, or not all of one. */
  | { readonly kind: 'invalid'; readonly isArchive: boolean; readonly because: string };

const GZIP_MAGIC = Buffer.from([0x1f, 0x8b]);

/** The first bytes tell a tar.gz from a tar, whatever its name. */
const startsAsGzip = async (content: Readable): Promise<{ gzip: boolean; whole: Readable }> => {
  const whole = new PassThrough();
  const iterator: AsyncIterator<unknown> = content[Symbol.asyncIterator]();
  const head: Buffer[] = [];
  while (Buffer.concat(head).length < GZIP_MAGIC.length) {
    const next = await iterator.next();
    if (next.done === true) break;
    head.push(Buffer.from(next.value instanceof Uint8Array ? next.value : String(next.value)));
  }
  const start = Buffer.concat(head);
  const rest = async function* (): AsyncGenerator {
    yield start;
    for (let next = await iterator.next(); next.done !== true; next = await iterator.next()) yield next.value;
  };
  pipeline(rest, whole).catch((cause: unknown) => {
    whole.destroy(cause instanceof Error ? cause : new Error(String(cause)));
    content.destroy();
  });
  return { gzip: start.subarray(0, 2).equals(GZIP_MAGIC), whole };
};

/** What the libraries say of broken archives, as opposed to a source or a disk that failed. */
const isBroken = (cause: unknown): cause is Error =>
  cause instanceof Error &&
  (('code' in cause && typeof cause.code === 'string' && cause.code.startsWith('Z_')) ||
    /invalid tar|unexpected end of|invalid size/i.test(cause.message));

const noArchive = (because: string): Archive => ({ kind: 'invalid', isArchive: false, because });

const isTorn = (cause: unknown): boolean =>
  cause instanceof Error &&
  'code' in cause &&
  (cause.code === 'ERR_STREAM_PREMATURE_CLOSE' || cause.code === 'ABORT_ERR');

/**
 * Reads a tar.gz or tar and hands each safe entry to `onEntry`, which must take the content to its end. The first
 * entry that breaks a rule ends it. What `onEntry` or the source throws is thrown on: that is no fault of the archive.
 */
export const readArchive = async (
  content: Readable,
  limits: BundleLimits,
  onEntry: (entry: Exclude<SafeEntry, { kind: 'skip' }>, content: AsyncIterable<unknown>) => Promise<void>,
): Promise<Archive> => {
  const { gzip, whole } = await startsAsGzip(content);
  const judge = createEntryRules(limits);
  const reader = extract();
  const guard = createTarGuard(limits.maxBytes);
  let entries = 0;
  let bytes = 0;

  const take = async (): Promise<void> => {
    for await (const entry of reader) {
      const verdict = judge(entry.header);
      if (verdict.kind === 'invalid') throw new InvalidArchive(verdict.because);
      if (verdict.kind !== 'skip') {
        entries += 1;
        bytes += entry.header.size;
        await onEntry(verdict, entry);
      }
      entry.resume();
    }
  };

  const flow: Promise<void> = gzip ? pipeline(whole, createGunzip(), guard, reader) : pipeline(whole, guard, reader);
  const [flowed, took] = await Promise.allSettled([flow, take()]);
  content.destroy();
  const failures = [took, flowed].flatMap((end): unknown[] => (end.status === 'rejected' ? [end.reason] : []));
  // Whichever side failed first tore the stream of the other: what is not torn is the cause.
  const cause = failures.find((failure) => !isTorn(failure)) ?? failures[0];
  if (cause instanceof InvalidArchive) return { kind: 'invalid', isArchive: true, because: cause.message };
  if (isBroken(cause)) return noArchive(`it is not a whole tar or tar.gz (${cause.message})`);
  if (cause instanceof Error) throw cause;
  if (cause !== undefined) throw new Error('the archive could not be read', { cause });
  return entries === 0 ? noArchive('it is empty or not a tar') : { kind: 'ok', entries, bytes };
};
