import { CancellationScope, defineSignal, setHandler } from '@temporalio/workflow';
import type { Epoch, JobUid } from '../model/ids.ts';
import type { Placement } from '../model/job-record.ts';
import type { CancelSignal, HostLostSignal, PlacedSignal } from '../model/workflow-messages.ts';
import { CANCEL_SIGNAL, HOST_LOST_SIGNAL, PLACED_SIGNAL } from '../model/names.ts';
import { compareEpochs } from '../scheduling/epoch.ts';

const placed = defineSignal<[PlacedSignal]>(PLACED_SIGNAL);
const hostLost = defineSignal<[HostLostSignal]>(HOST_LOST_SIGNAL);
const cancel = defineSignal<[CancelSignal]>(CANCEL_SIGNAL);

export type StopRequest = {
  readonly graceSec: number | null;
  readonly signal: string | null;
  readonly because: string;
};

/** What a job has been told: the newest placement, and the first request to stop. Handlers only note; the job acts. */
export class JobInbox {
  #placement: Placement | null = null;
  #seen: Epoch | null = null;
  #stop: StopRequest | null = null;
  #lost: HostLostSignal | null = null;
  /** True once Temporal's own cancellation was requested, by whichever door. */
  cancelledByTemporal = false;

  /** Call in the workflow's root scope: that is the one which `temporal workflow cancel` cancels. */
  constructor(uid: JobUid) {
    setHandler(placed, (signal) => {
      if (signal.uid !== uid || !this.#isNew(signal.placement.epoch)) return;
      this.#placement = signal.placement;
    });
    setHandler(hostLost, (signal) => {
      if (signal.uid === uid) this.#lost = signal;
    });
    setHandler(cancel, (signal) => {
      if (signal.uid !== uid) return;
      this.#stop ??= { graceSec: signal.graceSec, signal: signal.signal, because: signal.because };
    });
    CancellationScope.current().cancelRequested.catch(() => {
      this.cancelledByTemporal = true;
      this.#stop ??= { graceSec: null, signal: null, because: 'cancelled in Temporal' };
    });
  }

  get stop(): StopRequest | null {
    return this.#stop;
  }

  /** Why nothing of this placement can be there any more; null while its host may still hold it. */
  lostBecause(epoch: Epoch): string | null {
    return this.#lost !== null && compareEpochs(this.#lost.epoch, epoch) === 0 ? this.#lost.because : null;
  }

  hasPlacement(): boolean {
    return this.#placement !== null;
  }

  /** Takes the placement out of the box; only a higher epoch can come in after it. */
  takePlacement(): Placement | null {
    const placement = this.#placement;
    this.#placement = null;
    if (placement !== null) this.#seen = placement.epoch;
    return placement;
  }

  /** A placement that came another way (a reset run takes up the one it held). */
  noteSeen(epoch: Epoch): void {
    if (this.#isNew(epoch)) this.#seen = epoch;
  }

  #isNew(epoch: Epoch): boolean {
    const newest = this.#placement?.epoch ?? this.#seen;
    return newest === null || compareEpochs(epoch, newest) > 0;
  }
}
