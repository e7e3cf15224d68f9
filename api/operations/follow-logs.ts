import type { LogRecord, LogStreamRef } from '../../model/log-record.ts';
import type { JobUid } from '../../model/ids.ts';
import type { ApiDeps } from '../api-deps.ts';
import { hasEnded } from './job-group.ts';
import { listenToJob } from './listen-to-job.ts';
import { type LogChoice, printed } from './read-logs.ts';

/**
 * How long after a job's end a log that is not known to be whole may stay silent before a follow gives it up: its host
 * may be gone for good.
 */
const SILENCE_AFTER_END_MS = 15_000;

/** Records of one stream as they come; ends with the stream, or when nothing more is to be hoped for. */
async function* followStream(
  deps: ApiDeps,
  ref: LogStreamRef,
  choice: LogChoice,
  abort: AbortSignal,
): AsyncGenerator<readonly LogRecord[]> {
  const enough = new AbortController();
  const stop = (): void => {
    enough.abort();
  };
  abort.addEventListener('abort', stop, { once: true });
  const waitingSince = { ms: deps.clock.nowMs() };
  const giveUp = async (): Promise<void> => {
    if (deps.clock.nowMs() - waitingSince.ms < SILENCE_AFTER_END_MS) return;
    const job = await deps.ledger.jobByUid({ uid: ref.uid });
    if (job === null || hasEnded(job.record)) stop();
  };
  const watch = setInterval(() => {
    giveUp().catch((error: unknown) => deps.logger.warn({ err: error }, 'looking after a followed job failed'));
  }, 1_000);
  try {
    for await (const records of deps.logs.read(ref, { streams: choice.streams, follow: true }, enough.signal)) {
      // While the reader takes its time over them, the stream is not silent.
      waitingSince.ms = Number.POSITIVE_INFINITY;
      yield records;
      waitingSince.ms = deps.clock.nowMs();
    }
  } finally {
    clearInterval(watch);
    abort.removeEventListener('abort', stop);
  }
}

/**
 * What a job prints, while it prints it: from its latest attempt on, through later attempts (or the chosen one only),
 * until its log is drained and the job has ended. Replicas of one attempt follow each other.
 */
export async function* followLogs(
  deps: ApiDeps,
  uid: JobUid,
  choice: LogChoice,
  abort: AbortSignal,
): AsyncGenerator<Uint8Array> {
  const read = new Set<string>();
  const changes = listenToJob(deps.ledger, uid, abort);
  let from = choice.attempt;
  let endedSinceMs: number | null = null;
  let printedAny = false;
  try {
    while (!abort.aborted) {
      const job = await deps.ledger.jobByUid({ uid });
      const streams = await deps.logs.streams(uid);
      from ??= streams.at(-1)?.attempt ?? null;
      const next = streams.find((stream) => {
        const wanted = choice.attempt === null ? stream.attempt >= (from ?? 1) : stream.attempt === choice.attempt;
        return wanted && !read.has(keyOf(stream));
      });
      if (next !== undefined) {
        read.add(keyOf(next));
        for await (const records of followStream(deps, next, choice, abort)) {
          printedAny = true;
          yield printed(records);
        }
        continue;
      }
      if (job === null) return;
      if (hasEnded(job.record)) {
        endedSinceMs ??= deps.clock.nowMs();
        if (job.record.logsComplete || deps.clock.nowMs() - endedSinceMs > SILENCE_AFTER_END_MS) {
          // Nothing of its own ran: the follower sees why instead of nothing.
          if (!printedAny && job.record.startedAtMs === null) yield Buffer.from(`${job.record.sentence}\n`);
          return;
        }
      } else if (choice.attempt !== null && job.record.attempt > choice.attempt) {
        return;
      }
      await changes.changed();
    }
  } finally {
    changes.stop();
  }
}

const keyOf = (ref: LogStreamRef): string => `${ref.attempt}/${ref.role}/${ref.replica}`;
