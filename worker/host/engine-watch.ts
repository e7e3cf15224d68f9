import { setTimeout as sleep } from 'node:timers/promises';
import type { Engine, EngineInfo } from '../../activities/docker/engine.ts';
import { createBackoff } from '../../activities/host/backoff.ts';
import type { HostLog } from '../../activities/host/host-log.ts';

const LOOK_MS = 4_000;
/** One answer that does not come may be a stutter. */
const MISSES = 2;
const LINE_EVERY_TRIES = 20;

/** Resolves with the engine once it answers. */
export const engineThere = async (
  engine: Pick<Engine, 'info'>,
  log: HostLog,
  abort: AbortSignal,
): Promise<EngineInfo> => {
  const backoff = createBackoff();
  for (let tries = 0; ; tries += 1) {
    try {
      return await engine.info();
    } catch (cause) {
      if (tries % LINE_EVERY_TRIES === 0) log.warn({ err: cause }, 'waiting for the Docker engine');
      await backoff.wait(abort);
    }
  }
};

/** Resolves when the engine has not answered several times in a row; never once `abort` has fired. */
export const engineSilent = async (engine: Pick<Engine, 'info'>, log: HostLog, abort: AbortSignal): Promise<void> => {
  for (let misses = 0; misses < MISSES;) {
    await sleep(LOOK_MS, undefined, { signal: abort }).catch(() => undefined);
    if (abort.aborted) return new Promise<never>(() => undefined);
    misses = await engine.info().then(
      () => 0,
      () => misses + 1,
    );
  }
  log.warn({}, 'the Docker engine does not answer: no jobs are taken until it does');
};
