/**
 * Does `work` with a signal that fires with `abort`, or after `limitMs`; whether work heeds it is its own affair.
 * `AbortSignal.any([abort, AbortSignal.timeout(limitMs)])` would do, but to Node 20 such a timeout is garbage, because
 * nothing else holds it: once it is collected, nobody stops waiting.
 */
export async function within<T>(
  limitMs: number,
  abort: AbortSignal,
  work: (over: AbortSignal) => Promise<T>,
): Promise<T> {
  const over = new AbortController();
  const onAbort = (): void => over.abort(abort.reason);
  const timer = setTimeout(() => over.abort(new Error(`${limitMs / 1_000} s are over`)), limitMs);
  abort.addEventListener('abort', onAbort);
  if (abort.aborted) onAbort();
  try {
    return await work(over.signal);
  } finally {
    clearTimeout(timer);
    abort.removeEventListener('abort', onAbort);
  }
}
