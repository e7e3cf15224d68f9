import { setTimeout as sleep } from 'node:timers/promises';
import { LongshoreError } from '../../model/error.ts';
import type { StopPolicy } from '../../model/job-spec.ts';
import type { Engine } from './engine.ts';

/** SIGKILL is repeated this often until the engine says that the container has ended. */
const KILL_EVERY_MS = 10_000;

/**
 * Signal, grace, SIGKILL, and the wait for the end. A signal that the engine does not know counts as none: then
 * SIGKILL comes at once, because a job must be stoppable. Safe twice: what has ended is not signalled.
 */
export const stopContainer = async (
  deps: { readonly engine: Pick<Engine, 'inspect' | 'kill'> },
  containerId: string,
  stop: StopPolicy,
  ended: Promise<unknown>,
): Promise<void> => {
  const timers = new AbortController();
  const over = ended.then(() => 'over' as const);
  const pause = (ms: number): Promise<'late' | 'over'> =>
    Promise.race([over, sleep(ms, 'late' as const, { signal: timers.signal })]);

  const askToEnd = async (): Promise<boolean> => {
    const details = await deps.engine.inspect(containerId);
    if (details === null) return false;
    try {
      return await deps.engine.kill(containerId, stop.signal ?? details.stopSignal ?? 'SIGTERM');
    } catch (cause) {
      if (cause instanceof LongshoreError && cause.code === 'engine_error') return false;
      throw cause;
    }
  };

  try {
    if ((await askToEnd()) && (await pause(stop.graceSec * 1000)) === 'over') return;
    do {
      await deps.engine.kill(containerId, 'SIGKILL');
    } while ((await pause(KILL_EVERY_MS)) === 'late');
  } finally {
    timers.abort();
  }
};
