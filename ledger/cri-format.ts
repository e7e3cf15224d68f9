import { LongshoreError } from '../model/error.ts';
import type { LogRecord } from '../model/log-record.ts';

const NEWLINE = 0x0a;
const SPACE = 0x20;
const [FULL, PARTIAL] = [0x46, 0x50];

/**
 * One line per record: `<RFC3339Nano> stdout|stderr F|P <bytes>`. A record's bytes have no newline; one that came all
 * the same is written as a space, because a line that breaks in two would shift the ordinal of every record after it.
 */
export function encodeCri(records: readonly LogRecord[]): Buffer {
  const parts: Uint8Array[] = [];
  for (const { time, stream, partial, text } of records) {
    parts.push(Buffer.from(`${time} ${stream} ${partial ? 'P' : 'F'} `, 'latin1'), oneLine(text), LINE_END);
  }
  return Buffer.concat(parts);
}

/** All records of `bytes`, which must be whole lines. Throws LongshoreError('log_record_invalid'). */
export function decodeCri(bytes: Uint8Array): LogRecord[] {
  const { records, rest } = decodeLines(bytes);
  if (rest.length > 0) throw invalid(rest);
  return records;
}

/** Records as their lines become whole, those of one chunk together. Memory: one chunk and the longest line. The chunks must not be reused. */
export async function* decodeCriChunks(chunks: AsyncIterable<Uint8Array>): AsyncGenerator<readonly LogRecord[]> {
  let carried: Uint8Array[] = [];
  for await (const chunk of chunks) {
    if (!chunk.includes(NEWLINE)) {
      carried.push(chunk);
      continue;
    }
    const { records, rest } = decodeLines(carried.length === 0 ? chunk : Buffer.concat([...carried, chunk]));
    carried = rest.length === 0 ? [] : [rest];
    yield records;
  }
  if (carried.length > 0) throw invalid(Buffer.concat(carried));
}

const LINE_END = Uint8Array.of(NEWLINE);

function oneLine(text: Uint8Array): Uint8Array {
  return text.includes(NEWLINE) ? text.map((byte) => (byte === NEWLINE ? SPACE : byte)) : text;
}

function decodeLines(bytes: Uint8Array): { readonly records: LogRecord[]; readonly rest: Uint8Array } {
  const text = Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  const records: LogRecord[] = [];
  let start = 0;
  for (let end = text.indexOf(NEWLINE); end !== -1; end = text.indexOf(NEWLINE, start)) {
    records.push(decodeLine(text, start, end));
    start = end + 1;
  }
  return { records, rest: bytes.subarray(start) };
}

/** The line of `bytes` from `start` up to its newline at `end`. */
function decodeLine(bytes: Buffer, start: number, end: number): LogRecord {
  const timeEnd = bytes.indexOf(SPACE, start);
  const streamEnd = bytes.indexOf(SPACE, timeEnd + 1);
  const textStart = streamEnd + 3;
  const isLine = timeEnd > start && streamEnd > timeEnd && textStart <= end && bytes[textStart - 1] === SPACE;
  const stream = isLine ? bytes.toString('latin1', timeEnd + 1, streamEnd) : null;
  const tag = bytes[streamEnd + 1];
  if ((stream !== 'stdout' && stream !== 'stderr') || (tag !== FULL && tag !== PARTIAL)) {
    throw invalid(bytes.subarray(start, end));
  }
  const time = bytes.toString('latin1', start, timeEnd);
  return { time, stream, partial: tag === PARTIAL, text: bytes.subarray(textStart, end) };
}

/** Says where, never what: a log line may hold a secret. */
function invalid(line: Uint8Array): LongshoreError {
  return new LongshoreError(
    'log_record_invalid',
    `A log line of ${line.length} bytes is not "<time> stdout|stderr F|P <text>" ended by a newline.`,
  );
}
