import { open } from 'node:fs/promises';
import type { LogRecord, LogStreamRef } from '../model/log-record.ts';
import { decodeCriChunks } from './cri-format.ts';
import type { Ledger } from './ledger.ts';
import type { LogSelection } from './log-store.ts';
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
      const end = cursor?.bytes ?? 0;
      for await (const record of decodeCriChunks(readRange(deps.path, offset, end))) {
        if (abort.aborted) return;
        if (selection.streams === 'all' || selection.streams === record.stream) yield record;
      }
      offset = end;
      if (!selection.follow || cursor?.finished === true) return;
      await bell.rung(TICK_MS);
    }
  } finally {
    bell.stop();
  }
}

/** Cursors stand between records, so each range is whole lines. A deleted file ends it. */
async function* readRange(path: string, start: number, end: number): AsyncGenerator<Uint8Array> {
  if (start === end) return;
  const handle = await open(path, 'r').catch((error: NodeJS.ErrnoException) => {
    if (error.code === 'ENOENT') return null;
    throw error;
  });
  if (handle === null) return;
  try {
    for (let at = start; at < end;) {
      const chunk = Buffer.allocUnsafeSlow(Math.min(CHUNK_BYTES, end - at));
      const { bytesRead } = await handle.read(chunk, 0, chunk.byteLength, at);
      if (bytesRead === 0) return;
      yield chunk.subarray(0, bytesRead);
      at += bytesRead;
    }
  } finally {
    await handle.close();
  }
}
