import { makeDirectory } from '../durable-files.ts';
import { lockDirectory } from '../directory-lock.ts';
import type { Ledger, Topic } from '../ledger.ts';
import type { ReadVerbs } from '../verbs/read-verbs.ts';
import type { WriteVerbs } from '../verbs/write-verbs.ts';
import { verbLedger } from '../verb-ledger.ts';
import { LedgerThread } from './ledger-thread.ts';

/**
 * Opens the ledger in `directory`, made and migrated if need be. This process owns it until `close` or its death: a
 * second owner is refused with LongshoreError('directory_locked'). `sealKey`: 32 bytes that seal specs.
 */
export async function openSqliteLedger(options: {
  readonly directory: string;
  readonly sealKey: Uint8Array;
  readonly now: () => number;
}): Promise<Ledger> {
  const { directory, sealKey, now } = options;
  await makeDirectory(directory);
  const lock = lockDirectory(
    directory,
    'ledger',
    'Stop that process first; to serve one ledger from several processes, use PostgreSQL.',
  );
  const listeners = new Set<(topics: readonly Topic[]) => void>();
  const shared = {
    start: { directory, sealKey },
    now,
    onTopics: (topics: readonly Topic[]) => listeners.forEach((listener) => listener(topics)),
  };
  try {
    const [writer, reader] = await Promise.all([
      LedgerThread.start<WriteVerbs>({ ...shared, entry: new URL('./writer.js', import.meta.url) }),
      LedgerThread.start<ReadVerbs>({ ...shared, entry: new URL('./reader.js', import.meta.url) }),
    ]);
    return verbLedger({ writer, reader, listeners, closeLast: () => lock.release() });
  } catch (error) {
    lock.release();
    throw error;
  }
}
