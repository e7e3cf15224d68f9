import type { LogSelection } from '../../ledger/log-store.ts';
import type { JobRecord } from '../../model/job-record.ts';
import type { LogRecord } from '../../model/log-record.ts';
import type { ApiDeps } from '../api-deps.ts';
import { inChunks } from '../http/in-chunks.ts';

export type LogChoice = {
  /** Null: the latest attempt that printed anything. */
  readonly attempt: number | null;
  readonly streams: LogSelection['streams'];
};

const NEWLINE = Buffer.from('\n');

/** The bytes as the container printed them: a partial record is followed by the rest of its line. */
export const printed = (record: LogRecord): Uint8Array =>
  record.partial ? record.text : Buffer.concat([record.text, NEWLINE]);

/** What a job has printed until now: one attempt, roles and replicas in order. Memory stays flat whatever its size. */
export async function* readLogs(
  deps: ApiDeps,
  uid: JobRecord['uid'],
  choice: LogChoice,
  abort: AbortSignal,
): AsyncGenerator<Uint8Array> {
  const streams = await deps.logs.streams(uid);
  const attempt = choice.attempt ?? Math.max(0, ...streams.map((stream) => stream.attempt));
  for (const ref of streams.filter((stream) => stream.attempt === attempt)) {
    for await (const record of deps.logs.read(ref, { streams: choice.streams, follow: false }, abort)) {
      yield printed(record);
    }
  }
}

/**
 * A job's log as one text for people: while it waits, nothing; where it ended before a container of its own printed
 * anything, the sentence that says why.
 */
export async function* readLogText(deps: ApiDeps, record: JobRecord, abort: AbortSignal): AsyncGenerator<string> {
  const decoder = new TextDecoder();
  let empty = true;
  for await (const bytes of inChunks(readLogs(deps, record.uid, { attempt: null, streams: 'all' }, abort))) {
    empty = false;
    yield decoder.decode(bytes, { stream: true });
  }
  const rest = decoder.decode();
  if (rest !== '') yield rest;
  if (empty && record.endedAtMs !== null && record.startedAtMs === null) yield `${record.sentence}\n`;
}
