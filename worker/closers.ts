import type { Logger } from 'pino';

/** Whoever acquires something pushes its undo; closing runs them in reverse, each even when one before it failed. */
export class Closers {
  readonly #undo: { readonly what: string; readonly close: () => Promise<void> | void }[] = [];
  readonly #logger: Logger;
  #closing: Promise<void> | null = null;

  constructor(logger: Logger) {
    this.#logger = logger;
  }

  push(what: string, close: () => Promise<void> | void): void {
    this.#undo.push({ what, close });
  }

  /** Again = the same closing. */
  close(): Promise<void> {
    this.#closing ??= this.#close();
    return this.#closing;
  }

  async #close(): Promise<void> {
    for (const { what, close } of this.#undo.toReversed()) {
      try {
        await close();
      } catch (error) {
        this.#logger.error({ err: error }, `could not close ${what} cleanly`);
      }
    }
  }
}
