import { LongshoreError } from '../../model/error.ts';
import type { LogRecord, LogStreamRef } from '../../model/log-record.ts';
import type { ControlPlane } from '../control-plane.ts';
import type { Engine } from '../docker/engine.ts';
import { createBackoff } from '../host/backoff.ts';
import type { HostLog } from '../host/host-log.ts';
import { inBatches, type PlacedRecord } from './log-batches.ts';

/** So many readings refused in a row, a second apart, by an engine that answers: this log cannot be read. */
const MOST_FAILED_READINGS = 30;

/** A ledger that was restored without the job learns of it again within this; later, its log is not kept. */
const UNKNOWN_WITHIN_MS = 10 * 60_000;

export type ShipperDeps = {
  readonly engine: Pick<Engine, 'logs' | 'inspect'>;
  readonly controlPlane: Pick<ControlPlane, 'appendLog' | 'finishLog'>;
  readonly log: HostLog;
  /** For who watches the container anyway; without it the engine is asked. */
  readonly hasEnded?: () => Promise<boolean>;
};

const isAbsent = (cause: unknown): boolean => cause instanceof LongshoreError && cause.details['status'] === 404;
const hasCode = (cause: unknown, code: string): boolean => cause instanceof LongshoreError && cause.code === code;

/**
 * Ships a container's log to the store, from the store's next ordinal on, and resolves once the container has ended,
 * all of it is stored and the stream is finished. The ordinal is a record's place in the engine's log, so whoever
 * ships, and however often, sends the same record under the same ordinal.
 *
 * A server that does not answer stops the reading; the engine keeps the backlog. An engine that goes away is read
 * again from the first record. `abort` ends it early and leaves the stream unfinished.
 */
export const shipLog = async (
  deps: ShipperDeps,
  ref: LogStreamRef,
  containerId: string,
  abort: AbortSignal,
): Promise<void> => {
  let storeNext = 0;
  let unknownSinceMs: number | null = null;

  const untilAnswered = async <T>(call: () => Promise<T>): Promise<T> => {
    const backoff = createBackoff();
    for (;;) {
      abort.throwIfAborted();
      try {
        const answer = await call();
        unknownSinceMs = null;
        return answer;
      } catch (cause) {
        if (hasCode(cause, 'unknown_job')) {
          unknownSinceMs ??= performance.now();
          if (performance.now() - unknownSinceMs > UNKNOWN_WITHIN_MS) throw cause;
        }
        deps.log.warn({ err: cause, uid: ref.uid }, 'log records could not be stored; trying again');
        await backoff.wait(abort);
      }
    }
  };

  /** False when the store expects a record from before this batch: it must be read again. */
  const store = async (batch: readonly PlacedRecord[]): Promise<boolean> => {
    for (;;) {
      const missing = batch.filter(({ ordinal }) => ordinal >= storeNext);
      const first = missing[0];
      if (first === undefined) return true;
      if (first.ordinal > storeNext) return false;
      const records = missing.map(({ record }) => record);
      const { next } = await untilAnswered(() => deps.controlPlane.appendLog(ref, first.ordinal, records));
      if (next === storeNext)
        throw new LongshoreError('log_stalled', `the log of ${ref.uid} takes no record at ${next}`);
      storeNext = next;
    }
  };

  async function* notStored(follow: boolean): AsyncGenerator<PlacedRecord> {
    let ordinal = 0;
    for await (const record of deps.engine.logs(containerId, follow, abort)) {
      if (ordinal >= storeNext) yield { ordinal, record };
      ordinal += 1;
    }
  }

  /** One reading of the log to its present end. */
  const readThrough = async (follow: boolean): Promise<'read' | 'again'> => {
    for await (const batch of inBatches(notStored(follow))) {
      if (!(await store(batch))) return 'again';
    }
    return 'read';
  };

  const askIfEnded = async (): Promise<boolean> => {
    const details = await deps.engine.inspect(containerId);
    return details === null || details.state === 'exited' || details.state === 'dead' || details.state === 'created';
  };

  const drain = async (): Promise<void> => {
    const backoff = createBackoff();
    let failedReadings = 0;
    for (;;) {
      abort.throwIfAborted();
      try {
        // Only a reading that began after the end is whole: engines drop the last records for those who follow.
        const isOver = await (deps.hasEnded ?? askIfEnded)();
        const outcome = await readThrough(!isOver);
        if (isOver && outcome === 'read') return;
        if (!isOver) backoff.reset();
      } catch (cause) {
        abort.throwIfAborted();
        if (hasCode(cause, 'unknown_job')) throw cause;
        if (isAbsent(cause)) return;
        deps.log.warn({ err: cause, uid: ref.uid }, 'the log cannot be read; trying again');
        failedReadings = hasCode(cause, 'engine_unreachable') ? 0 : failedReadings + 1;
        if (failedReadings > MOST_FAILED_READINGS) {
          await store([{ ordinal: storeNext, record: unreadable(cause) }]);
          return;
        }
      }
      await backoff.wait(abort);
    }
  };

  try {
    await drain();
    await untilAnswered(() => deps.controlPlane.finishLog(ref));
  } catch (cause) {
    if (!hasCode(cause, 'unknown_job')) throw cause;
    deps.log.warn({ uid: ref.uid }, 'the server does not know this job any more; its log is not kept');
  }
};

const unreadable = (cause: unknown): LogRecord => ({
  time: new Date().toISOString(),
  stream: 'stderr',
  partial: false,
  text: Buffer.from(
    `longshore: the rest of this log could not be read: ${cause instanceof Error ? cause.message : String(cause)}`,
  ),
});
