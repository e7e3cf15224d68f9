import { CancellationScope, defineSignal, setHandler } from '@temporalio/workflow';
import type { Epoch } from '../model/ids.ts';
import type { Placement } from '../model/job-record.ts';
import type { StopPolicy } from '../model/job-spec.ts';
import type { CancelSignal, JobInput } from '../model/workflow-messages.ts';
import { CANCEL_SIGNAL, PLACED_SIGNAL, RESTATE_SIGNAL } from '../model/names.ts';
import { compareEpochs } from '../scheduling/epoch.ts';
import { isCancelSignal, isPlacedSignal } from '../scheduling/signal-guards.ts';
import { Destruction } from './destruction.ts';

const placed = defineSignal<[unknown]>(PLACED_SIGNAL);
const cancel = defineSignal<[unknown]>(CANCEL_SIGNAL);
const restate = defineSignal<[unknown]>(RESTATE_SIGNAL);

export type StopRequest = StopPolicy & {
  readonly because: string;
  readonly reason: NonNullable<CancelSignal['reason']>;
};

/**
 * What a job has been told: the newest placement, and the most urgent request to stop. Handlers only note; the job
 * acts. Whoever asked first is the reason; whoever asks for less grace gets it.
 */
export class JobInbox {
  readonly destruction: Destruction;
  readonly #own: StopPolicy;
  #placement: Placement | null = null;
  #claimed: Epoch | null = null;
  #stop: StopRequest | null = null;
  #isBusy = false;
  #isAsked = false;
  /** True once Temporal's own cancellation was requested, by whichever door. */
  cancelledByTemporal = false;

  /** Call in the workflow's root scope: that is the one which `temporal workflow cancel` cancels. */
  constructor({ uid, stop }: Pick<JobInput, 'uid' | 'stop'>) {
    this.#own = stop;
    setHandler(placed, (signal) => {
      if (!isPlacedSignal(signal) || signal.uid !== uid || !this.#isNew(signal.placement.epoch)) return;
      this.#placement = signal.placement;
      // Nobody places a job that has a place but a ledger that does not know of it.
      if (this.#isBusy) this.#isAsked = true;
    });
    setHandler(restate, (asked) => {
      if (asked === uid) this.#isAsked = true;
    });
    this.destruction = new Destruction(uid);
    setHandler(cancel, (signal) => {
      if (isCancelSignal(signal) && signal.uid === uid) this.#ask(signal);
    });
    CancellationScope.current().cancelRequested.catch(() => {
      this.cancelledByTemporal = true;
      // The api asks by signal first and by Temporal's cancellation second: the second adds nothing.
      if (this.#stop === null) this.#ask({ because: 'cancelled in Temporal', graceSec: null, signal: null });
    });
  }

  /** The highest epoch that was claimed. */
  get claimed(): Epoch | null {
    return this.#claimed;
  }

  /** Somebody wants to know where this job stands. */
  isAsked(): boolean {
    return this.#isAsked;
  }

  noteAnswered(): void {
    this.#isAsked = false;
  }

  noteWaiting(): void {
    this.#isBusy = false;
  }

  get stop(): StopRequest | null {
    return this.#stop;
  }

  hasPlacement(): boolean {
    return this.#placement !== null;
  }

  takePlacement(): Placement | null {
    const placement = this.#placement;
    this.#placement = null;
    return placement;
  }

  /** Only a higher epoch can come in after a claimed one. One the ledger refused proves nothing: it may be forged. */
  noteClaimed(epoch: Epoch): void {
    this.#claimed = epoch;
    this.#isBusy = true;
    if (this.#placement !== null && compareEpochs(this.#placement.epoch, epoch) <= 0) this.#placement = null;
  }

  #isNew(epoch: Epoch): boolean {
    const newest = this.#placement?.epoch ?? this.#claimed;
    return newest === null || compareEpochs(epoch, newest) > 0;
  }

  #ask({ because, reason = 'cancelled_by_request', graceSec, signal }: Omit<CancelSignal, 'uid'>): void {
    const how = { graceSec: graceSec ?? this.#own.graceSec, signal: signal ?? this.#own.signal };
    if (this.#stop === null) this.#stop = { because, reason, ...how };
    else if (how.graceSec < this.#stop.graceSec) this.#stop = { ...this.#stop, ...how };
  }
}
