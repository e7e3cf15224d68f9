import type { JobUid } from '../model/ids.ts';
import type { LogStreamRef } from '../model/log-record.ts';
import type { LogExtent } from './log-extents.ts';

export type LogCursor = {
  readonly next: number;
  readonly bytes: number;
  readonly finished: boolean;
  /** Where in the stream's file those bytes are. */
  readonly extents: readonly LogExtent[];
};

/** A stream and how far it had come when it was asked for. */
export type StoredLog = LogStreamRef & LogCursor;

/** How far each stream of a job's log has come, and which bytes of its file are the log. */
export interface LogBooks {
  /**
   * A stretch of the stream's file for one append alone: nobody else was or will ever be given any of it. `offset` null:
   * the stream does not stand at `expected`. Creates the stream at ordinal 0.
   */
  reserveLog(input: {
    readonly ref: LogStreamRef;
    readonly expected: number;
    readonly bytes: number;
  }): Promise<{ readonly next: number; readonly offset: number | null }>;
  /** Adds a reserved stretch that is on disk to the log; `won` false when another append was there first. */
  advanceLog(input: {
    readonly ref: LogStreamRef;
    readonly expected: number;
    readonly records: number;
    readonly bytes: number;
    readonly offset: number;
  }): Promise<LogCursor & { readonly won: boolean }>;
  finishLog(input: { readonly ref: LogStreamRef }): Promise<void>;
  logCursor(input: { readonly ref: LogStreamRef }): Promise<LogCursor | null>;
  logCursors(input: { readonly uid: JobUid }): Promise<readonly StoredLog[]>;
}
