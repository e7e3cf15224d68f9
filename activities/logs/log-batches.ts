import { setTimeout as sleep } from 'node:timers/promises';
import type { LogRecord } from '../../model/log-record.ts';

/** A record and its place in the engine's log, from 0. */
export type PlacedRecord = { readonly ordinal: number; readonly record: LogRecord };

const MOST_RECORDS = 1_000;
const MOST_BYTES = 256 * 1024;
/** Between two batches while records keep coming; a record after a silence waits only for its neighbours. */
const BATCH_EVERY_MS = 200;
const NEIGHBOURS_MS = 20;

const nap = async (ms: number): Promise<'late'> => {
  await sleep(ms);
  return 'late';
};

/**
 * Groups records so that many small ones cost one call and yet none waits longer than 200 ms. Reads on only when asked
 * for the next batch: a slow consumer stops the reading, and memory holds one batch.
 */
export async function* inBatches(records: AsyncIterable<PlacedRecord>): AsyncGenerator<readonly PlacedRecord[]> {
  const iterator = records[Symbol.asyncIterator]();
  let coming = iterator.next();
  let lastBatchAtMs = -Infinity;
  try {
    for (;;) {
      const first = await coming;
      if (first.done === true) return;
      const batch = [first.value];
      let bytes = first.value.record.text.length;
      coming = iterator.next();
      const late = nap(Math.max(NEIGHBOURS_MS, lastBatchAtMs + BATCH_EVERY_MS - Date.now()));
      while (batch.length < MOST_RECORDS && bytes < MOST_BYTES) {
        const next = await Promise.race([coming, late]);
        if (next === 'late' || next.done === true) break;
        batch.push(next.value);
        bytes += next.value.record.text.length;
        coming = iterator.next();
      }
      lastBatchAtMs = Date.now();
      yield batch;
    }
  } finally {
    // The read under way may fail once nobody waits for it any more.
    coming.catch(() => undefined);
    await iterator.return?.();
  }
}
