import type { Journal } from '../../activities/docker/journal.ts';
import type { HostLog } from '../../activities/host/host-log.ts';

const DAY_MS = 24 * 3600 * 1000;

/** Now and once a day: a host may work for years without a restart. Answers how to stop. */
export const pruneDaily = (journal: Pick<Journal, 'prune'>, log: HostLog): (() => void) => {
  journal.prune(Date.now());
  const timer = setInterval(() => {
    try {
      journal.prune(Date.now());
    } catch (error) {
      log.warn({ err: error }, 'what is old in the journal was not forgotten; trying again tomorrow');
    }
  }, DAY_MS);
  timer.unref();
  return () => clearInterval(timer);
};
