/**
 * Aborts at the first SIGINT, SIGTERM or SIGHUP. A second SIGINT or SIGTERM ends the process at once, for people who
 * will not wait: what it leaves behind is what a kill leaves, and the next start copes with that.
 */
export const endSignal = (): AbortSignal => {
  const end = new AbortController();
  const onSignal = (name: NodeJS.Signals): void => {
    if (end.signal.aborted && name !== 'SIGHUP') process.exit(130);
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
