import { Context } from '@temporalio/activity';

/** Most attempts are over before: each beat is a write of Temporal's. */
const FIRST_AFTER_MS = 2_000;

/**
 * Awaits `work` while telling Temporal that this attempt lives: after two seconds, then every `everyMs`. When the
 * attempt is cancelled (for whatever reason: see Context.cancellationDetails) it rejects with that and stops waiting;
 * the work itself goes on unless it listens to the context's signal.
 */
export const whileBeating = async <T>(everyMs: number, details: () => unknown, work: Promise<T>): Promise<T> => {
  const context = Context.current();
  let next: NodeJS.Timeout;
  const beat = (): void => {
    context.heartbeat(details());
    next = setTimeout(beat, everyMs);
  };
  next = setTimeout(beat, Math.min(FIRST_AFTER_MS, everyMs));
  try {
    return await Promise.race([work, context.cancelled]);
  } finally {
    clearTimeout(next);
    // Nobody waits for it any more after a cancellation.
    work.catch(() => undefined);
  }
};
