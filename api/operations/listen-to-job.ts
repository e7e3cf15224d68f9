import type { Ledger, Topic } from '../../ledger/ledger.ts';
import type { JobUid } from '../../model/ids.ts';

/** Topics wake a listener, from whichever process they come; this is for the one that got lost. */
const POLL_MS = 500;

/**
 * Tells of changes to a job or its logs. Begin to listen before looking, so that nothing that happens in between is
 * missed: `changed()` resolves at the first change since the last call, after half a second, or when `abort` fires.
 */
export const listenToJob = (ledger: Ledger, uid: JobUid, abort: AbortSignal) => {
  let pending = false;
  let wake: (() => void) | null = null;
  const tell = (): void => {
    pending = true;
    wake?.();
  };
  const concerns = (topic: Topic): boolean =>
    topic === 'everything' || topic === `job:${uid}` || topic.startsWith(`log:${uid}`);
  const unsubscribe = ledger.subscribe((topics) => {
    if (topics.some(concerns)) tell();
  });
  abort.addEventListener('abort', tell);
  return {
    changed: async (): Promise<void> => {
      if (!pending && !abort.aborted) {
        const timer = setTimeout(tell, POLL_MS);
        await new Promise<void>((resolve) => {
          wake = resolve;
        });
        clearTimeout(timer);
        wake = null;
      }
      pending = false;
    },
    stop: (): void => {
      unsubscribe();
      abort.removeEventListener('abort', tell);
    },
  };
};
