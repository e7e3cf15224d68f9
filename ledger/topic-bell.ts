import type { Ledger, Topic } from './ledger.ts';

export type TopicBell = {
  /** Resolves at once if the topic was touched since the last call, else when it is, after `tickMs`, or on abort. */
  rung(tickMs: number): Promise<void>;
  stop(): void;
};

/** Listens from now on: ask the ledger after this, and no change in between is missed. */
export function ringOn(ledger: Pick<Ledger, 'subscribe'>, topic: Topic, abort: AbortSignal): TopicBell {
  let isRung = false;
  let wake = (): void => undefined;
  const ring = (): void => {
    isRung = true;
    wake();
  };
  const unsubscribe = ledger.subscribe((topics) => {
    if (topics.includes(topic) || topics.includes('everything')) ring();
  });
  abort.addEventListener('abort', ring);
  return {
    async rung(tickMs) {
      if (!isRung && !abort.aborted) {
        await new Promise<void>((resolve) => {
          const timer = setTimeout(resolve, tickMs);
          wake = () => {
            clearTimeout(timer);
            resolve();
          };
        });
      }
      isRung = false;
    },
    stop() {
      unsubscribe();
      abort.removeEventListener('abort', ring);
    },
  };
}
