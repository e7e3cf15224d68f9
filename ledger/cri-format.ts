import { LongshoreError } from '../model/error.ts';
import type { LogRecord } from '../model/log-record.ts';

const NEWLINE = 0x0a;
const SPACE = 0x20;

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

/** Records as their lines become whole. Memory: one chunk and the longest line. The chunks must not be reused. */
export async function* decodeCriChunks(chunks: AsyncIterable<Uint8Array>): AsyncGenerator<LogRecord> {
  let carried: Uint8Array[] = [];
  for await (const chunk of chunks) {
    if (!chunk.includes(NEWLINE)) {
      carried.push(chunk);
      continue;
    }
    const { records, rest } = decodeLines(carried.length === 0 ? chunk : Buffer.concat([...carried, chunk]));
    carried = rest.length === 0 ? [] : [rest];
    yield* records;
  }
  if (carried.length > 0) throw invalid(Buffer.concat(carried));
}

const LINE_END = Uint8Array.of(NEWLINE);

function oneLine(text: Uint8Array): Uint8Array {
  return text.includes(NEWLINE) ? text.map((byte) => (byte === NEWLINE ? SPACE : byte)) : text;
}

function decodeLines(bytes: Uint8Array): { readonly records: LogRecord[]; readonly rest: Uint8Array } {
  const records: LogRecord[] = [];
  let start = 0;
  for (let end = bytes.indexOf(NEWLINE); end !== -1; end = bytes.indexOf(NEWLINE, start)) {
    records.push(decodeLine(bytes.subarray(start, end)));
    start = end + 1;
  }
  return { records, rest: bytes.subarray(start) };
}

function decodeLine(line: Uint8Array): LogRecord {
  const timeEnd = line.indexOf(SPACE);
  const streamEnd = line.indexOf(SPACE, timeEnd + 1);
  const textStart = streamEnd + 3;
  const time = ascii(line, 0, timeEnd);
  const stream = ascii(line, timeEnd + 1, streamEnd);
  const tag = ascii(line, streamEnd + 1, streamEnd + 2);
  const isLine = timeEnd > 0 && streamEnd > timeEnd && line[textStart - 1] === SPACE && (tag === 'F' || tag === 'P');
  if (!isLine || (stream !== 'stdout' && stream !== 'stderr')) throw invalid(line);
  return { time, stream, partial: tag === 'P', text: line.subarray(textStart) };
}

function ascii(bytes: Uint8Array, start: number, end: number): string {
  return Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength).toString(
    'latin1',
    Math.max(start, 0),
    Math.max(end, 0),
  );
}

/** Says where, never what: a log line may hold a secret. */
function invalid(line: Uint8Array): LongshoreError {
  return new LongshoreError(
    'log_record_invalid',
    `A log line of ${line.length} bytes is not "<time> stdout|stderr F|P <text>" ended by a newline.`,
  );
}
