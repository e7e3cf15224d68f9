import { setTimeout as sleep } from 'node:timers/promises';
import type { HostLog } from '../../activities/host/host-log.ts';
import { LongshoreError } from '../../model/error.ts';

const AGAIN_AFTER_MS = 500;
/** One line in so many tries: a server that is away for an hour fills no disk. */
const LINE_EVERY_TRIES = 20;

/** Asks the server again and again while it does not answer. What it refuses is thrown. */
export const untilAnswered = async <T>(ask: () => Promise<T>, log: HostLog, abort: AbortSignal): Promise<T> => {
  for (let tries = 0; ; tries += 1) {
    abort.throwIfAborted();
    try {
      return await ask();
    } catch (cause) {
      if (!(cause instanceof LongshoreError) || cause.code !== 'server_unreachable') throw cause;
      if (tries % LINE_EVERY_TRIES === 0) log.warn({ because: cause.message }, 'waiting for the server');
    }
    await sleep(AGAIN_AFTER_MS, undefined, { signal: abort });
  }
};
