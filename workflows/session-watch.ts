import { ActivityCancellationType, CancellationScope, proxyActivities } from '@temporalio/workflow';
import type { HostSessionActivities } from '../activities/contract.ts';
import type { HostName } from '../model/ids.ts';
import { hostControlQueue } from '../model/names.ts';

type Watched = { readonly session: string; readonly scope: CancellationScope };

/** One session activity at a time, on the host itself: its end, however it comes, is the session's. */
export class SessionWatch {
  readonly #name: HostName;
  readonly #ended: (session: string) => void;
  #watched: Watched | null = null;

  constructor(name: HostName, ended: (session: string) => void) {
    this.#name = name;
    this.#ended = ended;
  }

  /** Lets go of any other session: what still comes of that one is not heard. */
  follow(session: string): void {
    if (this.#watched?.session === session) return;
    this.#watched?.scope.cancel();
    const scope = new CancellationScope();
    const watched = { session, scope };
    this.#watched = watched;
    const over = (): void => {
      if (this.#watched === watched) this.#ended(session);
    };
    const { hostSession } = proxyActivities<HostSessionActivities>({
      taskQueue: hostControlQueue(this.#name),
      scheduleToStartTimeout: '30s',
      startToCloseTimeout: '10 years',
      heartbeatTimeout: '45s',
      // The host learns from it that it is to say hello again; nobody waits for its answer.
      cancellationType: ActivityCancellationType.TRY_CANCEL,
      retry: { maximumAttempts: 1 },
      summary: `session ${session}`,
    });
    scope.run(() => hostSession({ session })).then(over, over);
  }

  /** Ends the session that is followed, as if it had ended by itself. */
  stop(): void {
    this.#watched?.scope.cancel();
  }
}
