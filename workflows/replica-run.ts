import { ApplicationFailure, CancellationScope, condition, sleep } from '@temporalio/workflow';
import type { EnsureStoppedResult, HostTask, NeedsPrepare, RunInput } from '../activities/contract.ts';
import type { CollectResult } from '../model/bookkeeping.ts';
import type { Placement } from '../model/job-record.ts';
import type { ReplicaRef } from '../model/replica.ts';
import type { JobInput } from '../model/workflow-messages.ts';
import type { AttemptEnd } from '../scheduling/verdict.ts';
import { collectOn, ensureStoppedOn, prepareOn, runOn } from './host-proxies.ts';
import type { JobInbox, StopRequest } from './job-inbox.ts';
import type { JobStory } from './job-story.ts';

/** How long a stopped container's `run` may take to answer too, before the proof of ensureStopped alone counts. */
const RUN_ANSWERS_WITHIN = '2s';

/** `refused`: the host has this epoch closed already; its placement proves nothing any more. */
export type ReplicaRunEnd = AttemptEnd | { readonly kind: 'epoch_refused'; readonly because: string };

/**
 * One replica on one placement, from `prepare` to the proof that its container is gone. Whatever happens in between
 * (a stop request, an activity that gives up), it comes back with a proof or not at all.
 */
export class ReplicaRun {
  readonly #input: JobInput;
  readonly #placement: Placement;
  readonly #task: HostTask;
  readonly #inbox: JobInbox;
  readonly #story: JobStory;
  #collected: CollectResult | null = null;
  /** Why, once its host is gone for certain. */
  readonly #destroyed: Promise<string>;

  constructor(input: JobInput, placement: Placement, replica: ReplicaRef, inbox: JobInbox, story: JobStory) {
    this.#input = input;
    this.#placement = placement;
    this.#task = { replica, engineId: placement.engineId };
    this.#inbox = inbox;
    this.#story = story;
    this.#destroyed = inbox.destruction.of(placement);
    // Nobody may be waiting for it when it cannot be told.
    this.#destroyed.catch(() => undefined);
  }

  async untilGone(): Promise<ReplicaRunEnd> {
    const end = await this.#unlessLost(() => this.#untilEnd());
    return end.kind === 'lost' ? { kind: 'host_destroyed', sentence: end.because } : end.value;
  }

  /** What `run` brought in itself; null: it is still to be collected. */
  get collected(): CollectResult | null {
    return this.#collected;
  }

  async collect(): Promise<CollectResult> {
    const { host } = this.#placement;
    const collect = collectOn(host, `keep logs and artifacts, clean up on ${host}`);
    const collected = await this.#unlessLost(() => collect({ ...this.#task, bundleDigest: this.#input.bundleDigest }));
    if (collected.kind === 'done') return collected.value;
    return { artifactsDigest: null, usage: null, incomplete: collected.because };
  }

  /** Nothing is asked of a host any more that is known to be gone. */
  async #unlessLost<T>(
    work: () => Promise<T>,
  ): Promise<{ readonly kind: 'done'; readonly value: T } | { readonly kind: 'lost'; readonly because: string }> {
    const scope = new CancellationScope({ cancellable: true });
    const done = scope.run(work).then((value) => ({ kind: 'done', value }) as const);
    const lost = this.#destroyed.then((because) => ({ kind: 'lost', because }) as const);
    const first = await Promise.race([done, lost]);
    if (first.kind === 'done') return first;
    scope.cancel();
    done.catch(() => undefined);
    return first;
  }

  async #untilEnd(): Promise<ReplicaRunEnd> {
    this.#story.placed(this.#placement);
    if (this.#input.storyVersion === 3) {
      const end = await this.#run({ unprepared: true });
      if (end.kind !== 'needs_prepare') return end;
    }
    this.#story.preparing();
    const prepared = await this.#prepare();
    if (prepared !== 'ready') return prepared;
    const end = await this.#run({});
    if (end.kind !== 'needs_prepare') return end;
    throw ApplicationFailure.nonRetryable('run asked for the prepare that it had', 'internal_error');
  }

  async #prepare(): Promise<'ready' | ReplicaRunEnd> {
    const { specDigest, bundleDigest, roles } = this.#input;
    const prepare = prepareOn(this.#placement.host, `get ${roles[0]?.image ?? 'image'} and the bundle ready`);
    const scope = new CancellationScope();
    const outcome = scope.run(() => prepare({ ...this.#task, specDigest, bundleDigest }));
    const stopped = condition(() => this.#inbox.stop !== null).then(() => 'stop' as const);
    const first = await Promise.race([outcome, stopped]);
    if (first === 'stop') {
      scope.cancel();
      // Its answer no longer matters: the epoch is closed next, after which nothing of it can start.
      outcome.catch(() => undefined);
      return this.#stop();
    }
    switch (first.kind) {
      case 'ready':
        return 'ready';
      case 'failed':
        return this.#proveNothingRan({ kind: 'prepare_failed', reason: first.reason, sentence: first.sentence });
      case 'refused':
        return this.#proveNothingRan({ kind: 'epoch_refused', because: first.because });
    }
  }

  /**
   * A closed epoch starts nothing more, but what it started may still be in its grace, and a `run` that was asked before
   * may have started something unheard: before anything is given back, the host closes the epoch and proves all of it
   * gone. What did run is judged by its end, and never run again as if it had not.
   */
  async #proveNothingRan(otherwise: ReplicaRunEnd): Promise<ReplicaRunEnd> {
    const gone = await this.#stop();
    if (gone.exit === null) return otherwise;
    return gone.exit.endedBy === 'itself' ? { kind: 'exited', exit: gone.exit } : gone;
  }

  async #run(how: Pick<RunInput, 'unprepared'>): Promise<ReplicaRunEnd | NeedsPrepare> {
    const { specDigest, bundleDigest, runTimeoutSec, stop, roles } = this.#input;
    this.#story.running(this.#placement.host);
    const run = runOn(this.#placement.host, `run ${roles[0]?.command ?? ''}`.trimEnd());
    const gpuIds = this.#placement.gpuIds;
    const scope = new CancellationScope({ cancellable: true });
    const ran = scope.run(() => run({ ...this.#task, specDigest, bundleDigest, gpuIds, runTimeoutSec, stop, ...how }));
    const stopped = condition(() => this.#inbox.stop !== null).then(() => 'stop' as const);
    const first = await Promise.race([ran, stopped]);
    if (first !== 'stop') {
      if (first.kind === 'exited') this.#collected = first.collected ?? null;
      if (first.kind !== 'refused') return first;
      return this.#proveNothingRan({ kind: 'epoch_refused', because: first.because });
    }
    const gone = await this.#stop();
    const late = await Promise.race([ran, sleep(RUN_ANSWERS_WITHIN).then(() => null)]);
    if (late === null) {
      scope.cancel();
      ran.catch(() => undefined);
      return gone;
    }
    return late.kind === 'refused' || late.kind === 'needs_prepare' ? gone : late;
  }

  /**
   * Closes the epoch on the host and stops what runs. The only way a container is stopped on request. A more urgent
   * request that comes meanwhile is carried to the host too.
   */
  async #stop(): Promise<Extract<AttemptEnd, { kind: 'stopped' }>> {
    let asked = this.#inbox.stop;
    let gone = this.#ensureStopped(asked);
    for (;;) {
      const before = asked;
      const moreUrgent = condition(() => this.#inbox.stop !== before).then(() => null);
      const first = await Promise.race([gone, moreUrgent]);
      if (first !== null) return { kind: 'stopped', exit: first.exit };
      asked = this.#inbox.stop;
      gone = Promise.race([gone, this.#ensureStopped(asked)]);
    }
  }

  #ensureStopped(request: StopRequest | null): Promise<EnsureStoppedResult> {
    const { graceSec, signal } = request ?? this.#input.stop;
    if (request !== null) this.#story.stopping(request.because);
    const summary = `stop: ${request?.because ?? 'nothing may be left over'}`;
    const ensureStopped = ensureStoppedOn(this.#placement.host, summary);
    return ensureStopped({ ...this.#task, stop: { graceSec, signal } });
  }
}
