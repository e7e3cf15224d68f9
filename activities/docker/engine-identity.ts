import type { Readable } from 'node:stream';

/** However well the connection looks, the engine is asked for its ID again after this. */
const KNOWN_FOR_MS = 10_000;
/** An engine that takes a connection and says nothing is asked without one, which has its own limit. */
const OPENS_WITHIN_MS = 3_000;

export type EngineIdentityDeps = {
  /** Asks the engine; dear: an engine runs two programs to tell about itself. */
  readonly ask: () => Promise<string>;
  /** An answer that stays open for as long as this very engine process lives. */
  readonly open: (abort: AbortSignal) => Promise<Readable>;
};

/**
 * The ID of the engine, asked once for as long as a connection to it stays open and at most for ten seconds: an engine
 * that ends or is started anew breaks it; one whose socket's path was given to another while it lives on does not. So
 * whoever takes an absence for proof asks `info` itself. Without such a connection the engine is asked every time.
 */
export const createEngineIdentity = ({ ask, open }: EngineIdentityDeps): (() => Promise<string>) => {
  let known: { readonly id: string; readonly untilMs: number } | null = null;
  let asking: Promise<string> | null = null;
  let close = (): void => undefined;

  const askAnew = async (): Promise<string> => {
    close();
    const over = new AbortController();
    close = () => over.abort();
    const tooLong = setTimeout(close, OPENS_WITHIN_MS);
    const connection = await open(over.signal)
      .catch(() => null)
      .finally(() => clearTimeout(tooLong));
    if (connection === null) return ask();
    let isOpen = true;
    const onOver = (): void => {
      isOpen = false;
      if (close === onClose) known = null;
    };
    const onClose = (): void => {
      over.abort();
      connection.destroy();
    };
    close = onClose;
    connection.once('close', onOver).once('error', onOver).once('end', onOver).resume();
    try {
      const id = await ask();
      if (isOpen) known = { id, untilMs: performance.now() + KNOWN_FOR_MS };
      return id;
    } catch (cause) {
      onClose();
      throw cause;
    }
  };

  return async () => {
    if (known !== null && performance.now() < known.untilMs) return known.id;
    known = null;
    asking ??= askAnew().finally(() => {
      asking = null;
    });
    return asking;
  };
};
