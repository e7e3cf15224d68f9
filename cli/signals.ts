/** Ctrl-C reaches a child of npm twice: from the terminal and from npm. That is one wish, not two. */
const SAME_WISH_MS = 1_000;

/**
 * Aborts at the first SIGINT, SIGTERM or SIGHUP. A second, later SIGINT or SIGTERM ends the process at once, for people
 * who will not wait: what it leaves behind is what a kill leaves, and the next start copes with that.
 */
export const endSignal = (): AbortSignal => {
  const end = new AbortController();
  let firstMs = Number.POSITIVE_INFINITY;
  const onSignal = (name: NodeJS.Signals): void => {
    if (name !== 'SIGHUP' && performance.now() - firstMs > SAME_WISH_MS) process.exit(130);
    firstMs = Math.min(firstMs, performance.now());
    end.abort();
  };
  for (const name of ['SIGINT', 'SIGTERM', 'SIGHUP'] as const) process.on(name, onSignal);
  return end.signal;
};

export const aborted = (signal: AbortSignal): Promise<void> =>
  new Promise((resolve) => {
    if (signal.aborted) resolve();
    else signal.addEventListener('abort', () => resolve(), { once: true });
  });
