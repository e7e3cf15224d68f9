import type { LogRecord, LogStreamRef } from '../model/log-record.ts';
import type { StoredLog } from './log-books.ts';

export type LogSelection = {
  /** Which streams' records to give. */
  readonly streams: 'all' | 'stdout' | 'stderr';
  /** Go on with new records as they come, until the stream is finished; without it, end at what is there. */
  readonly follow: boolean;
};

/**
 * Logs in CRI format per (uid, role, replica, attempt). The cursor is the record's ordinal: an append names the
 * ordinal it expects; at most one wins; the answer is the next ordinal. A tail that was written but never committed is
 * cut at the next append.
 */
export interface LogStore {
  append(ref: LogStreamRef, expected: number, records: readonly LogRecord[]): Promise<{ readonly next: number }>;
  finish(ref: LogStreamRef): Promise<void>;
  /** Streams of a job, oldest attempt first, then by role and replica. */
  streams(uid: LogStreamRef['uid']): Promise<readonly StoredLog[]>;
  /**
   * Many records at a time, in order. Ends early when `abort` fires. Memory stays flat whatever the log's size. Of a
   * `StoredLog`, without `follow`, what it had then is read and nothing asked again.
   */
  read(ref: LogStreamRef | StoredLog, selection: LogSelection, abort: AbortSignal): AsyncIterable<readonly LogRecord[]>;
  delete(uid: LogStreamRef['uid']): Promise<void>;
}
