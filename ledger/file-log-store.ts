import { constants, open, rm } from 'node:fs/promises';
import { join } from 'node:path';
import type { LogStreamRef } from '../model/log-record.ts';
import { encodeCri } from './cri-format.ts';
import { makeDirectory, syncDirectory } from './durable-files.ts';
import type { Ledger } from './ledger.ts';
import type { LogStore } from './log-store.ts';
import { followLog, readLog } from './read-log.ts';

type Deps = {
  readonly directory: string;
  readonly ledger: Pick<Ledger, 'logCursor' | 'logCursors' | 'reserveLog' | 'advanceLog' | 'finishLog' | 'subscribe'>;
};

/**
 * A CRI file per stream. An append reserves a stretch of it in the ledger, writes there, syncs, and then has the ledger
 * add the stretch to the log. No stretch is given twice: what a crash, a pause or a lost race left unadded is nobody's,
 * and any number of processes may append at once without touching what is committed.
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
        // Refuses the log of an unknown job before anything is on disk.
        const lines = encodeCri(records);
        const stretch = { ref, expected, bytes: lines.byteLength };
        const { next: present, offset } = await ledger.reserveLog(stretch);
        if (offset === null || records.length === 0) return { next: present };
        await makeDirectory(jobDirectory(ref.uid));
        await writeAt(pathOf(ref), offset, lines);
        if (expected === 0) await syncDirectory(jobDirectory(ref.uid));
        const { next } = await ledger.advanceLog({ ...stretch, offset, records: records.length });
        return { next };
      }),

    finish: (ref) => inTurn(pathOf(ref), () => ledger.finishLog({ ref })),

    streams: (uid) => ledger.logCursors({ uid }),

    read: (ref, { streams, follow }, abort) => {
      const path = pathOf(ref);
      if (follow) return followLog({ ledger, path }, ref, streams, abort);
      return readLog({ ledger, path }, ref, streams, abort);
    },

    async delete(uid) {
      await rm(jobDirectory(uid), { recursive: true, force: true });
    },
  };
}

/** On disk when it resolves. */
async function writeAt(path: string, offset: number, bytes: Uint8Array): Promise<void> {
  const handle = await open(path, constants.O_WRONLY | constants.O_CREAT, 0o600);
  try {
    for (let done = 0; done < bytes.byteLength;) {
      const { bytesWritten } = await handle.write(bytes, done, bytes.byteLength - done, offset + done);
      done += bytesWritten;
    }
    await handle.datasync();
  } finally {
    await handle.close();
  }
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
