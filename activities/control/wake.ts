import type { Topic } from '../../ledger/ledger.ts';

/**
 * Sleeps until something of interest changed or the tick is over. A change that comes while nobody waits is kept, so
 * that none is missed between two rounds.
 */
export class Wake {
  #pending = false;
  #resolve: (() => void) | null = null;
  readonly #unsubscribe: () => void;

  constructor(
    subscribe: (listener: (topics: readonly Topic[]) => void) => () => void,
    topic: Topic,
    abort: AbortSignal,
  ) {
    this.#unsubscribe = subscribe((topics) => {
      if (topics.includes(topic) || topics.includes('everything')) this.ring();
    });
    abort.addEventListener('abort', () => {
      this.#unsubscribe();
      this.ring();
    });
  }

  ring(): void {
    this.#pending = true;
    this.#resolve?.();
  }

  /** Resolves with true on the next ring, at once if one is pending, or with false after `tickMs`. */
  async next(tickMs: number): Promise<boolean> {
    if (!this.#pending) {
      let timer: NodeJS.Timeout | undefined;
      await new Promise<void>((resolve) => {
        this.#resolve = resolve;
        timer = setTimeout(resolve, tickMs);
      });
      clearTimeout(timer);
      this.#resolve = null;
    }
    const rang = this.#pending;
    this.#pending = false;
    return rang;
  }
}
