import { setTimeout as sleep } from 'node:timers/promises';
import type { Logger } from 'pino';
import { ulid } from 'ulid';
import { serveTrackers } from '../../activities/trackers/serve-trackers.ts';
import type { Ledger } from '../../ledger/ledger.ts';
import type { TrackerConfig } from '../tracker-config.ts';
import type { ServerPart } from './open-ledger.ts';
import { openTrackers } from './open-trackers.ts';

const RETRY_MS = 1_000;
const CLOSE_MS = 2_000;

type Deps = { readonly ledger: Ledger; readonly now: () => number; readonly logger: Logger };

/**
 * Has the ledger keep events for the configured trackers, from before the api takes anything, and delivers them where
 * this process is a control worker. Needs no Temporal. An api only adds names: control workers say which there are.
 */
export async function startTracking(
  trackers: readonly TrackerConfig[],
  part: ServerPart,
  deps: Deps,
): Promise<{ readonly stop: () => Promise<void> }> {
  const { ledger, logger } = deps;
  const abort = new AbortController();
  const names = trackers.map(({ name }) => name);
  const register = (): Promise<void> =>
    ledger.registerTrackers({ names, only: part !== 'api', ledgerId: ulid().toLowerCase() });
  const registerInTime = async (): Promise<void> => {
    while (!abort.signal.aborted) {
      await sleep(RETRY_MS, undefined, { signal: abort.signal }).catch(() => undefined);
      if (await isDone(register(), logger)) return;
    }
  };
  const opened = part === 'api' ? [] : await openTrackers(trackers, deps);
  for (const { name, type } of part === 'api' ? [] : trackers) logger.info({ tracker: name, type }, 'tracks jobs');
  // Awaited once: a ledger that is not there yet must not keep the api from saying so.
  const registered = (await isDone(register(), logger)) ? Promise.resolve() : registerInTime();
  const ended = registered.then(() => serveTrackers(deps, opened, abort.signal));
  return {
    stop: async () => {
      abort.abort();
      await ended;
      const closed = Promise.all(opened.map(({ tracker }) => tracker.close()));
      await Promise.race([closed, sleep(CLOSE_MS)]);
    },
  };
}

const isDone = (registration: Promise<void>, logger: Logger): Promise<boolean> =>
  registration.then(
    () => true,
    (error: unknown) => {
      logger.warn({ err: error }, 'the ledger could not be told of the trackers; trying again');
      return false;
    },
  );
