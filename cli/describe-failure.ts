import { LongshoreError } from '../model/error.ts';

/** What is wrong with a place that the user chose, by the system's code; any other failure is a surprise. */
const REASONS: ReadonlyMap<unknown, string> = new Map([
  ['EACCES', 'this user may not write there'],
  ['EROFS', 'the file system is read-only'],
  ['ENOTDIR', 'something on the way to it is a file, not a directory'],
  ['EEXIST', 'there is a file of that name'],
]);

/** A failure that ends the process, for its user: words where the way out is known, the stack of a surprise. */
export function describeFailure(error: unknown): string {
  if (!(error instanceof Error)) return String(error);
  if (error instanceof LongshoreError) return error.message;
  const reason = REASONS.get('code' in error ? error.code : null);
  if (reason === undefined) return error.stack ?? error.message;
  const place = 'path' in error && typeof error.path === 'string' ? error.path : null;
  const isMade = 'syscall' in error && error.syscall === 'mkdir';
  const what =
    place === null ? error.message : `${isMade ? 'the directory ' : ''}${place} cannot be ${isMade ? 'made' : 'used'}`;
  return `${what}: ${reason} (${String('code' in error ? error.code : '')}); name a directory you can write with --data-dir`;
}
