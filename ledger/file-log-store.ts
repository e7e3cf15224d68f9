import { open, rm, type FileHandle } from 'node:fs/promises';
import { join } from 'node:path';
import type { LogStreamRef } from '../model/log-record.ts';
import { encodeCri } from './cri-format.ts';
import { makeDirectory, syncDirectory } from './durable-files.ts';
import type { Ledger } from './ledger.ts';
import type { LogStore } from './log-store.ts';
import { readLog } from './read-log.ts';

type Deps = {
  readonly directory: string;
  readonly ledger: Pick<Ledger, 'logCursor' | 'logCursors' | 'advanceLog' | 'finishLog' | 'subscribe'>;
};

/**
 * A CRI file per stream. The ledger's cursor says how many of its bytes count: an append writes from there on, syncs,
 * then moves the cursor. What a crash left beyond the cursor was never acknowledged; the next append overwrites it.
 */
export async function openFileLogStore(deps: Deps): Promise<LogStore> {
  const { directory, ledger } = deps;
  await makeDirectory(directory);
  const jobDirectory = (uid: LogStreamRef['uid']): string => join(directory, uid);
  const pathOf = (ref: LogStreamRef): string =>
    join(jobDirectory(ref.uid), `${ref.role}.${ref.replica}.${ref.attempt}.log`);
  const inTurn = createTurns();

  return {
    append: (ref, expected, records) =>
      inTurn(pathOf(ref), async () => {
        const known = await ledger.logCursor({ ref });
        // Makes the stream, or throws LongshoreError('unknown_job') before anything is on disk.
        const cursor = known ?? (await ledger.advanceLog({ ref, expected: 0, records: 0, bytes: 0 }));
        if (expected !== cursor.next || records.length === 0) return { next: cursor.next };
        const lines = encodeCri(records);
        await makeDirectory(jobDirectory(ref.uid));
        await writeAt(pathOf(ref), cursor.bytes, lines);
        if (cursor.bytes === 0) await syncDirectory(jobDirectory(ref.uid));
        const { next } = await ledger.advanceLog({
          ref,
          expected,
          records: records.length,
          bytes: lines.byteLength,
        });
        return { next };
      }),

    finish: (ref) => inTurn(pathOf(ref), () => ledger.finishLog({ ref })),

    async streams(uid) {
      const cursors = await ledger.logCursors({ uid });
      return cursors.map(({ next, ...stream }) => ({ ...stream, records: next }));
    },

    read: (ref, selection, abort) => readLog({ ledger, path: pathOf(ref) }, ref, selection, abort),

    async delete(uid) {
      await rm(jobDirectory(uid), { recursive: true, force: true });
    },
  };
}

/** Cuts whatever stands at or behind `offset`, writes there, and is on disk when it resolves. */
async function writeAt(path: string, offset: number, bytes: Uint8Array): Promise<void> {
  const handle = await openOrCreate(path);
  try {
    const { size } = await handle.stat();
    if (size > offset) await handle.truncate(offset);
    for (let done = 0; done < bytes.byteLength;) {
      const { bytesWritten } = await handle.write(bytes, done, bytes.byteLength - done, offset + done);
      done += bytesWritten;
    }
    await handle.datasync();
  } finally {
    await handle.close();
  }
}

function openOrCreate(path: string): Promise<FileHandle> {
  return open(path, 'r+').catch((error: NodeJS.ErrnoException) => {
    if (error.code === 'ENOENT') return open(path, 'wx+', 0o600);
    throw error;
  });
}

/** One at a time per key, in the order they came; one that fails does not hold up the next. */
function createTurns(): <T>(key: string, turn: () => Promise<T>) => Promise<T> {
  const last = new Map<string, Promise<unknown>>();
  return async (key, turn) => {
    const before = last.get(key) ?? Promise.resolve();
    const mine = before.then(turn, turn);
    last.set(key, mine);
    try {
      return await mine;
    } finally {
      if (last.get(key) === mine) last.delete(key);
    }
  };
}
