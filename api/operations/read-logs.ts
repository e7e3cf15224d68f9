import type { StoredLog } from '../../ledger/log-books.ts';
import type { LogSelection } from '../../ledger/log-store.ts';
import type { JobRecord } from '../../model/job-record.ts';
import type { LogRecord } from '../../model/log-record.ts';
import type { ApiDeps } from '../api-deps.ts';

export type LogChoice = {
  /** Null: the latest attempt that printed anything. */
  readonly attempt: number | null;
  readonly streams: LogSelection['streams'];
};

const NEWLINE = Buffer.from('\n');

/** The bytes as the container printed them: a partial record is followed by the rest of its line. */
export const printed = (records: readonly LogRecord[]): Uint8Array =>
  Buffer.concat(records.flatMap(({ text, partial }) => (partial ? [text] : [text, NEWLINE])));

/** What a job had printed when its `log` was asked for: one attempt, roles and replicas in order. Memory stays flat whatever its size. */
export async function* readLogs(
  deps: ApiDeps,
  log: readonly StoredLog[],
  choice: LogChoice,
  abort: AbortSignal,
): AsyncGenerator<Uint8Array> {
  const attempt = choice.attempt ?? Math.max(0, ...log.map((stream) => stream.attempt));
  for (const ref of log.filter((stream) => stream.attempt === attempt)) {
    for await (const records of deps.logs.read(ref, { streams: choice.streams, follow: false }, abort)) {
      yield printed(records);
    }
  }
}

/**
 * A job's log as one text for people: while it waits, nothing; where it ended before a container of its own printed
 * anything, the sentence that says why.
 */
export async function* readLogText(
  deps: ApiDeps,
  record: JobRecord,
  log: readonly StoredLog[],
  abort: AbortSignal,
): AsyncGenerator<string> {
  const decoder = new TextDecoder();
  let empty = true;
  for await (const bytes of readLogs(deps, log, { attempt: null, streams: 'all' }, abort)) {
    empty = false;
    yield decoder.decode(bytes, { stream: true });
  }
  const rest = decoder.decode();
  if (rest !== '') yield rest;
  if (empty && record.endedAtMs !== null && record.startedAtMs === null) yield `${record.sentence}\n`;
}
