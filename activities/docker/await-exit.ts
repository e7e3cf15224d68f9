import { constants } from 'node:os';
import type { Exit } from '../../model/replica.ts';
import { createBackoff } from '../host/backoff.ts';
import type { HostLog } from '../host/host-log.ts';
import type { ContainerDetails, Engine } from './engine.ts';

/** How a watched container ended. Absent: somebody removed it. */
export type Ended = { readonly kind: 'exited'; readonly exit: Exit } | { readonly kind: 'absent' };

/** What a container was when it did not run any more, null: absent; and since when the engine had not answered before. */
type Last = { readonly details: ContainerDetails | null; readonly silentSinceMs: number | null };

/** Asked anew this often, whatever the engine's `wait` says: inspect is the truth. */
const LOOK_AGAIN_MS = 60_000;

const signalName = (exitCode: number): string | null =>
  Object.entries(constants.signals).find(([, number]) => number === exitCode - 128)?.[0] ?? null;

/** Null while it has not ended. `endedBy` is the caller's knowledge. */
export const exitOf = (details: ContainerDetails, endedBy: Exit['endedBy']): Exit | null => {
  if (details.state !== 'exited' && details.state !== 'dead') return null;
  const finishedAtMs = details.finishedAtMs ?? details.startedAtMs ?? 0;
  return {
    exitCode: details.exitCode,
    oomKilled: details.oomKilled,
    signal: signalName(details.exitCode),
    startedAtMs: details.startedAtMs ?? finishedAtMs,
    finishedAtMs,
    endedBy,
  };
};

/**
 * The engine that comes back stops what ran under the one that died, first with its stop signal, then with SIGKILL. One
 * that ended so between the engine's silence and its return did not end by itself.
 */
export const diedWithEngine = ({ details, silentSinceMs }: Last): boolean => {
  if (silentSinceMs === null || details === null || details.oomKilled) return false;
  const signal = signalName(details.exitCode);
  const isEngines = signal === 'SIGKILL' || signal === (details.stopSignal ?? 'SIGTERM');
  return isEngines && (details.finishedAtMs ?? 0) >= silentSinceMs;
};

/**
 * Resolves with the ended container, or null when it is not there. An engine that goes away is waited for: it answers
 * again, and what it then says counts. Rejects only when `abort` fires.
 */
export const awaitExit = async (
  deps: { readonly engine: Pick<Engine, 'wait' | 'inspect'>; readonly log: HostLog },
  containerId: string,
  abort: AbortSignal,
): Promise<Last> => {
  const backoff = createBackoff();
  let silentSinceMs: number | null = null;
  for (;;) {
    abort.throwIfAborted();
    const lookAgain = AbortSignal.timeout(LOOK_AGAIN_MS);
    try {
      await deps.engine.wait(containerId, AbortSignal.any([abort, lookAgain]));
    } catch (cause) {
      abort.throwIfAborted();
      if (!lookAgain.aborted)
        deps.log.warn({ err: cause, containerId }, 'lost the engine while waiting for a container');
    }
    try {
      const details = await deps.engine.inspect(containerId);
      if (details === null || details.state === 'exited' || details.state === 'dead') return { details, silentSinceMs };
      silentSinceMs = null;
      backoff.reset();
    } catch (cause) {
      abort.throwIfAborted();
      silentSinceMs ??= Date.now();
      deps.log.warn({ err: cause, containerId }, 'the engine does not answer; trying again');
    }
    await backoff.wait(abort);
  }
};
