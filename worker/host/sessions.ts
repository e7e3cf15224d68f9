import { setTimeout as sleep } from 'node:timers/promises';
import { ulid } from 'ulid';
import type { HostSessionActivities } from '../../activities/contract.ts';
import { whileBeating } from '../../activities/host/while-beating.ts';
import type { HostLog } from '../../activities/host/host-log.ts';
import { LongshoreError } from '../../model/error.ts';
import type { HelloVerdict } from '../../model/host.ts';

const BEAT_MS = 18_000;
const LOOK_MS = 500;
/** A session whose activity is gone this long has ended. Its workflow goes on in a new run within less. */
const GONE_MS = 2_000;
/** So long may the first activity of a session take to arrive. */
const ARRIVES_WITHIN_MS = 40_000;

export type Sessions = {
  readonly activities: HostSessionActivities;
  /** Says hello under a new session. Rejects with LongshoreError('host_refused') in the server's words. */
  begin(): Promise<void>;
  /** Begins another session whenever the present one is over, until `abort` fires; rejects when it is refused. */
  keep(): Promise<void>;
};

/**
 * The host's side of its sessions: one is live while the activity that its workflow scheduled for it beats here and the
 * engine answers.
 */
export const createSessions = (deps: {
  readonly hostName: string;
  /** Resolves with the server's verdict, however long that takes. */
  readonly hello: (session: string) => Promise<HelloVerdict>;
  /** Resolves when the engine has stopped answering: nothing can be placed here until a new hello. */
  readonly engineSilent: (abort: AbortSignal) => Promise<void>;
  readonly log: HostLog;
  readonly abort: AbortSignal;
}): Sessions => {
  const { hostName, log, abort } = deps;
  let current = '';
  let beating = 0;
  let overAtMs = 0;

  const begin = async (): Promise<void> => {
    const session = ulid();
    current = session;
    const verdict = await deps.hello(session);
    if (verdict.kind === 'refused') {
      throw new LongshoreError('host_refused', `the server refused host ${hostName}: ${verdict.because}`);
    }
    overAtMs = performance.now() + ARRIVES_WITHIN_MS;
  };

  const hostSession: HostSessionActivities['hostSession'] = async ({ session }) => {
    if (session !== current) return { kind: 'over' };
    beating += 1;
    const ended = new AbortController();
    try {
      const silent = deps.engineSilent(AbortSignal.any([abort, ended.signal])).then(() => ({ kind: 'over' }) as const);
      return await whileBeating(BEAT_MS, () => ({ session }), silent);
    } finally {
      ended.abort();
      beating -= 1;
      if (session === current) overAtMs = performance.now() + GONE_MS;
    }
  };

  return {
    activities: { hostSession },
    begin,
    keep: async () => {
      while (!abort.aborted) {
        await sleep(LOOK_MS, undefined, { signal: abort }).catch(() => undefined);
        if (abort.aborted || beating > 0 || performance.now() < overAtMs) continue;
        log.warn({ host: hostName }, 'the session is over; saying hello again');
        await begin();
      }
    },
  };
};
