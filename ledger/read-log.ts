import { closeSync, openSync, readSync } from 'node:fs';
import { open } from 'node:fs/promises';
import type { LogRecord, LogStreamRef } from '../model/log-record.ts';
import { decodeCriChunks } from './cri-format.ts';
import type { Ledger } from './ledger.ts';
import type { StoredLog } from './log-books.ts';
import type { LogSelection } from './log-store.ts';
import { extentsFrom, type LogExtent } from './log-extents.ts';
import { ringOn } from './topic-bell.ts';

const CHUNK_BYTES = 64 * 1024;
/** How long a follower sleeps at most: topics wake it, this is for the one that got lost. */
const TICK_MS = 5_000;

type Deps = { readonly ledger: Pick<Ledger, 'logCursor' | 'subscribe'>; readonly path: string };

type Streams = LogSelection['streams'];

/** The records up to the ledger's cursor, or up to where the log was known to have come. */
export async function* readLog(
  deps: Deps,
  ref: LogStreamRef | StoredLog,
  streams: Streams,
  abort: AbortSignal,
): AsyncGenerator<readonly LogRecord[]> {
  const extents = 'extents' in ref ? ref.extents : (await deps.ledger.logCursor({ ref }))?.extents;
  yield* readChosen(deps.path, extents ?? [], streams, abort);
}

/** The records as they come, until the stream is finished or `abort` fires. */
export async function* followLog(
  deps: Deps,
  ref: LogStreamRef,
  streams: Streams,
  abort: AbortSignal,
): AsyncGenerator<readonly LogRecord[]> {
  const bell = ringOn(deps.ledger, `log:${ref.uid}`, abort);
  try {
    let offset = 0;
    while (!abort.aborted) {
      const cursor = await deps.ledger.logCursor({ ref });
      const extents = extentsFrom(cursor?.extents ?? [], offset);
      yield* readChosen(deps.path, extents, streams, abort);
      offset = cursor?.bytes ?? 0;
      if (cursor?.finished === true) return;
      await bell.rung(TICK_MS);
    }
  } finally {
    bell.stop();
  }
}

async function* readChosen(
  path: string,
  extents: readonly LogExtent[],
  streams: Streams,
  abort: AbortSignal,
): AsyncGenerator<readonly LogRecord[]> {
  for await (const records of decodeCriChunks(readExtents(path, extents))) {
    if (abort.aborted) return;
    const chosen = streams === 'all' ? records : records.filter(({ stream }) => stream === streams);
    if (chosen.length > 0) yield chosen;
  }
}

/** Each extent is whole lines. A deleted file ends it. */
async function* readExtents(path: string, extents: readonly LogExtent[]): AsyncGenerator<Uint8Array> {
  const bytes = extents.reduce((sum, [, length]) => sum + length, 0);
  if (bytes === 0) return;
  if (bytes <= CHUNK_BYTES) yield* readAtOnce(path, extents);
  else yield* readInChunks(path, extents);
}

/** Less than what three ways to the thread pool and back cost, which is what most reads of a log would be. */
function readAtOnce(path: string, extents: readonly LogExtent[]): readonly Uint8Array[] {
  let descriptor: number;
  try {
    descriptor = openSync(path, 'r');
  } catch (error) {
    return nullIfDeleted(error) ?? [];
  }
  try {
    return extents.map(([start, length]) => {
      const chunk = Buffer.allocUnsafeSlow(length);
      return chunk.subarray(0, readSync(descriptor, chunk, 0, length, start));
    });
  } finally {
    closeSync(descriptor);
  }
}

async function* readInChunks(path: string, extents: readonly LogExtent[]): AsyncGenerator<Uint8Array> {
  const handle = await open(path, 'r').catch(nullIfDeleted);
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

function nullIfDeleted(error: unknown): null {
  if (error instanceof Error && 'code' in error && error.code === 'ENOENT') return null;
  throw error;
}
