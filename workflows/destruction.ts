import { condition, defineSignal, patched, setHandler } from '@temporalio/workflow';
import type { JobUid } from '../model/ids.ts';
import type { Placement } from '../model/job-record.ts';
import { HOST_LOST_SIGNAL } from '../model/names.ts';
import type { HostLostSignal } from '../model/workflow-messages.ts';
import { compareEpochs } from '../scheduling/epoch.ts';
import { isHostLostSignal } from '../scheduling/signal-guards.ts';
import { books } from './bookkeeping.ts';

const hostLost = defineSignal<[unknown]>(HOST_LOST_SIGNAL);

/**
 * What a job is told of hosts that were destroyed. Anybody may send a signal, and acting on a false one would run a
 * second copy beside the first: so a signal is only the reason to ask the ledger, which alone knows it for certain.
 */
export class Destruction {
  readonly #uid: JobUid;
  #told: readonly HostLostSignal[] = [];

  constructor(uid: JobUid) {
    this.#uid = uid;
    setHandler(hostLost, (signal) => {
      if (isHostLostSignal(signal) && signal.uid === uid) this.#told = [...this.#told, signal];
    });
  }

  /** Resolves with the reason once the host of this placement is gone for certain, and its container with it. */
  async of({ epoch, host }: Pick<Placement, 'epoch' | 'host'>): Promise<string> {
    const isOfIt = (signal: HostLostSignal): boolean => compareEpochs(signal.epoch, epoch) === 0;
    for (;;) {
      await condition(() => this.#told.some(isOfIt));
      const because = this.#told.findLast(isOfIt)?.because ?? '';
      // Before the question: what is said while it is asked is asked about again.
      this.#told = this.#told.filter((signal) => !isOfIt(signal));
      if (!patched('is-destroyed') || (await books.isDestroyed({ uid: this.#uid, epoch, host }))) return because;
    }
  }
}
