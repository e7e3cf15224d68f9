import { LongshoreError } from '../../model/error.ts';
import type { EngineLogRecord } from './engine.ts';

const HEADER_BYTES = 8;
/** Far above what an engine writes (16 KiB and a timestamp): beyond it, this is not a log stream. */
const LARGEST_FRAME_BYTES = 16 * 1024 * 1024;
/** The engine cuts a line that fills its buffer; what is shorter ended with a newline or with the stream. */
const ENGINE_LINE_BUFFER_BYTES = 16 * 1024;
const NEWLINE = 0x0a;
const SPACE = 0x20;

const notALog = (fact: string): LongshoreError =>
  new LongshoreError('engine_error', `the engine's log stream cannot be read: ${fact}; is a terminal attached?`);

type Stream = EngineLogRecord['stream'];
const streamOf = (type: number | undefined): Stream => {
  if (type === 1) return 'stdout';
  if (type === 2) return 'stderr';
  throw notALog(`a frame of type ${type}`);
};

export type LogFrames = {
  /** The records that `chunk` completes. They are copies: the chunk may be used again. */
  push(chunk: Uint8Array): readonly EngineLogRecord[];
  /** True between two frames: a stream that ends elsewhere was cut off. */
  atBoundary(): boolean;
};

/**
 * Reads the engine's multiplexed log stream (timestamps on): each frame is a type byte, three zeros, a big-endian
 * length, and `<RFC3339Nano> <text>`. One frame is one record.
 *
 * A frame without a newline is a piece of a line, or the unterminated end of the stream. Engines of the `local`
 * driver leave the newline out after the last piece of a long line as well; that piece is told by being shorter than
 * the buffer that cut the others.
 */
export const createLogFrames = (): LogFrames => {
  let pending: Uint8Array = new Uint8Array(0);
  const insideLine: Record<Stream, boolean> = { stdout: false, stderr: false };

  const record = (stream: Stream, payload: Uint8Array): EngineLogRecord => {
    const space = payload.indexOf(SPACE);
    if (space < 0) throw notALog('a record without a timestamp');
    const time = Buffer.from(payload.subarray(0, space)).toString('latin1');
    const ended = payload.length > space + 1 && payload[payload.length - 1] === NEWLINE;
    const text = payload.slice(space + 1, ended ? payload.length - 1 : payload.length);
    const lastPiece = insideLine[stream] && text.length < ENGINE_LINE_BUFFER_BYTES;
    const partial = !ended && !lastPiece;
    insideLine[stream] = partial;
    return { time, stream, partial, text };
  };

  return {
    push(chunk) {
      const bytes = pending.length === 0 ? chunk : Buffer.concat([pending, chunk]);
      const records: EngineLogRecord[] = [];
      let at = 0;
      while (bytes.length - at >= HEADER_BYTES) {
        const length = new DataView(bytes.buffer, bytes.byteOffset + at + 4, 4).getUint32(0);
        const stream = streamOf(bytes[at]);
        if (length > LARGEST_FRAME_BYTES) throw notALog(`a frame of ${length} bytes`);
        if (bytes.length - at < HEADER_BYTES + length) break;
        records.push(record(stream, bytes.subarray(at + HEADER_BYTES, at + HEADER_BYTES + length)));
        at += HEADER_BYTES + length;
      }
      pending = bytes.slice(at);
      return records;
    },
    atBoundary: () => pending.length === 0,
  };
};
