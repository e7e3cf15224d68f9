import { open } from 'node:fs/promises';
import type { LogRecord, LogStreamRef } from '../model/log-record.ts';
import { decodeCriChunks } from './cri-format.ts';
import type { Ledger } from './ledger.ts';
import type { LogSelection } from './log-store.ts';
import { extentsFrom, type LogExtent } from './log-extents.ts';
import { ringOn } from './topic-bell.ts';

const CHUNK_BYTES = 64 * 1024;
/** How long a follower sleeps at most: topics wake it, this is for the one that got lost. */
const TICK_MS = 5_000;

type Deps = { readonly ledger: Pick<Ledger, 'logCursor' | 'subscribe'>; readonly path: string };

/** The records up to the ledger's cursor; with `follow`, on until the stream is finished or `abort` fires. */
export async function* readLog(
  deps: Deps,
  ref: LogStreamRef,
  selection: LogSelection,
  abort: AbortSignal,
): AsyncGenerator<LogRecord> {
  const bell = ringOn(deps.ledger, `log:${ref.uid}`, abort);
  try {
    let offset = 0;
    while (!abort.aborted) {
      const cursor = await deps.ledger.logCursor({ ref });
      const extents = extentsFrom(cursor?.extents ?? [], offset);
      for await (const record of decodeCriChunks(readExtents(deps.path, extents))) {
        if (abort.aborted) return;
        if (selection.streams === 'all' || selection.streams === record.stream) yield record;
      }
      offset = cursor?.bytes ?? 0;
      if (!selection.follow || cursor?.finished === true) return;
      await bell.rung(TICK_MS);
    }
  } finally {
    bell.stop();
  }
}

/** Each extent is whole lines. A deleted file ends it. */
async function* readExtents(path: string, extents: readonly LogExtent[]): AsyncGenerator<Uint8Array> {
  if (extents.length === 0) return;
  const handle = await open(path, 'r').catch((error: NodeJS.ErrnoException) => {
    if (error.code === 'ENOENT') return null;
    throw error;
  });
  if (handle === null) return;
  try {
    for (const [start, bytes] of extents) {
      for (let done = 0; done < bytes;) {
        const chunk = Buffer.allocUnsafeSlow(Math.min(CHUNK_BYTES, bytes - done));
        const { bytesRead } = await handle.read(chunk, 0, chunk.byteLength, start + done);
        if (bytesRead === 0) return;
        yield chunk.subarray(0, bytesRead);
        done += bytesRead;
      }
    }
  } finally {
    await handle.close();
  }
}
