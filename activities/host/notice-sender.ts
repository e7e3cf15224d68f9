import type { Notice } from '../../model/notice.ts';
import type { ControlPlane } from '../control-plane.ts';
import { createBackoff } from './backoff.ts';
import type { HostLog } from './host-log.ts';

/** Beyond it the oldest are dropped: notices only make lists true sooner, the activities' results say the same. */
const MOST_KEPT = 10_000;
const MOST_AT_ONCE = 100;

export type NoticeSender = {
  /** Never waits and never throws. */
  send(notice: Notice): void;
  stop(): void;
};

/** Sends notices in their order, in the background, again and again while no server answers. */
export const createNoticeSender = (deps: {
  readonly controlPlane: Pick<ControlPlane, 'notify'>;
  readonly log: HostLog;
}): NoticeSender => {
  const waiting: Notice[] = [];
  const stopped = new AbortController();
  let sending = false;

  const sendAll = async (): Promise<void> => {
    const backoff = createBackoff();
    while (waiting.length > 0 && !stopped.signal.aborted) {
      const batch = waiting.slice(0, MOST_AT_ONCE);
      try {
        await deps.controlPlane.notify(batch);
        const sent = new Set(batch);
        waiting.splice(0, waiting.length, ...waiting.filter((notice) => !sent.has(notice)));
        backoff.reset();
      } catch (cause) {
        deps.log.warn({ err: cause, waiting: waiting.length }, 'notices could not be sent; trying again');
        await backoff.wait(stopped.signal);
      }
    }
  };

  return {
    send(notice) {
      waiting.push(notice);
      if (waiting.length > MOST_KEPT) waiting.shift();
      if (sending) return;
      sending = true;
      void sendAll()
        .catch((cause: unknown) => {
          if (!stopped.signal.aborted) deps.log.warn({ err: cause }, 'notices are no longer sent');
        })
        .finally(() => (sending = false));
    },
    stop: () => stopped.abort(),
  };
};
