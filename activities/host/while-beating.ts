import { Context } from '@temporalio/activity';

/**
 * Awaits `work` while telling Temporal that this attempt lives: at once, then every `everyMs`. When the attempt is
 * cancelled (for whatever reason: see Context.cancellationDetails) it rejects with that and stops waiting; the work
 * itself goes on unless it listens to the context's signal.
 */
export const whileBeating = async <T>(everyMs: number, details: () => unknown, work: Promise<T>): Promise<T> => {
  const context = Context.current();
  context.heartbeat(details());
  const beat = setInterval(() => context.heartbeat(details()), everyMs);
  try {
    return await Promise.race([work, context.cancelled]);
  } finally {
    clearInterval(beat);
    // Nobody waits for it any more after a cancellation.
    work.catch(() => undefined);
  }
};
