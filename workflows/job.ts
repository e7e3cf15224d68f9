import { ApplicationFailure, CancellationScope, condition, patched, workflowInfo } from '@temporalio/workflow';
import type { CollectResult, RecordInput, RecordResult, ReleaseProof, Statement } from '../model/bookkeeping.ts';
import type { JobState, Outcome, Placement } from '../model/job-record.ts';
import type { JobInput } from '../model/workflow-messages.ts';
import { judgeAttempt, type AttemptEnd, type Verdict } from '../scheduling/verdict.ts';
import { books } from './bookkeeping.ts';
import { closeWith, lostInRestore, proofOf, skipped, withLoss } from './job-ends.ts';
import { JobInbox } from './job-inbox.ts';
import { JobStory } from './job-story.ts';
import { ReplicaRun } from './replica-run.ts';

/**
 * The life of one job, workflow id `job:<id>`:
 *
 *   admitted -> queued -> placed -> preparing -> running -> stopping -> succeeded | failed | cancelled | skipped
 *                  ^                                            |
 *                  '------------ another attempt ---------------'
 *
 * The ledger decides where it runs (signal `placed`) and holds its record; this workflow makes it happen and proves
 * what it says. It runs outside Temporal's cancellation: a cancel is a request, answered when the container is gone.
 */
export async function job(input: JobInput): Promise<Outcome> {
  const inbox = new JobInbox(input);
  const outcome = await CancellationScope.nonCancellable(() => new JobRun(input, inbox).untilEnd());
  return closeWith(outcome, inbox);
}

/** After an attempt: how the job ended, or which attempt is next. */
type Next =
  { readonly kind: 'outcome'; readonly outcome: Outcome } | { readonly kind: 'again'; readonly attempt: number };

class JobRun {
  readonly #input: JobInput;
  readonly #inbox: JobInbox;
  readonly #story: JobStory;
  #sequence = 0;
  #answered = 0;
  #attemptNumber = 0;
  /** Epochs that hosts refused one after the other. */
  #refusals = 0;
  #at: { readonly placement: Placement; readonly released: boolean } | null = null;

  constructor(input: JobInput, inbox: JobInbox) {
    this.#input = input;
    this.#inbox = inbox;
    this.#story = new JobStory(input);
  }

  async untilEnd(): Promise<Outcome> {
    const opened = await books.openRun(this.#run);
    switch (opened.kind) {
      case 'withdrawn':
        return skipped('withdrawn before it started: nothing was done');
      case 'absent':
        return patched('restate-at-first') ? this.#enterAnew() : lostInRestore;
      case 'superseded':
        return skipped('a newer run of this workflow has taken over');
      case 'ended':
        this.#story.ended(opened.outcome);
        return opened.outcome;
      case 'go':
        this.#attemptNumber = opened.attempt;
        void this.#restateWheneverAsked();
        if (opened.exit !== null) {
          const verdict = this.#judge({ kind: 'exited', exit: opened.exit }, opened.attempt);
          const next = await this.#conclude(verdict, opened.attempt, null, null);
          return next ?? this.#attempts(opened.attempt + 1, null);
        }
        return this.#attempts(opened.attempt, opened.placement);
    }
  }

  /** The ledger is older than this job: it says what it is until the ledger has it again, which then decides as ever. */
  async #enterAnew(): Promise<Outcome> {
    this.#attemptNumber = this.#input.firstAttempt;
    for (;;) {
      const answer = await books.restate(this.#statement());
      if (answer.kind === 'restated') return this.untilEnd();
      // Another job goes by its id there. Whoever looks after that asks again.
      await condition(() => this.#inbox.isAsked() || this.#inbox.stop !== null);
      if (this.#inbox.stop !== null) return this.#cancelled();
      this.#inbox.noteAnswered();
    }
  }

  async #attempts(first: number, held: Placement | null): Promise<Outcome> {
    let attempt = first;
    let placement = held;
    for (;;) {
      this.#attemptNumber = attempt;
      placement ??= await this.#awaitPlacement(attempt);
      if (placement === null) return this.#cancelInQueue();
      const end = await this.#attempt(attempt, placement);
      placement = null;
      if (end.kind === 'outcome') return end.outcome;
      attempt = end.attempt;
    }
  }

  /** Null: asked to stop while it waited. */
  async #awaitPlacement(attempt: number): Promise<Placement | null> {
    this.#at = null;
    this.#inbox.noteWaiting();
    this.#story.queued(attempt);
    await condition(() => this.#inbox.hasPlacement() || this.#inbox.stop !== null);
    return this.#inbox.stop === null ? this.#inbox.takePlacement() : null;
  }

  async #cancelInQueue(): Promise<Outcome> {
    const outcome = this.#cancelled();
    return this.#end(await this.#record({ kind: 'outcome', outcome }, null, null), outcome);
  }

  #cancelled(): Outcome {
    const { because: sentence = 'cancelled', reason = 'cancelled_by_request' } = this.#inbox.stop ?? {};
    return { state: 'cancelled', reason, sentence, exit: null };
  }

  async #attempt(attempt: number, placement: Placement): Promise<Next> {
    const claim = await books.claim({ ...this.#run, epoch: placement.epoch });
    switch (claim.kind) {
      case 'ended':
        return { kind: 'outcome', outcome: claim.outcome };
      case 'superseded':
        return { kind: 'outcome', outcome: skipped('a newer run of this workflow has taken over') };
      case 'refused':
        return this.#again(attempt, `placement on ${placement.host} is no longer valid: ${claim.because}`, null);
      case 'claimed':
        this.#inbox.noteClaimed(placement.epoch);
        this.#at = { placement, released: false };
        break;
    }
    const { uid, jobId, roles } = this.#input;
    const role = roles[0];
    if (role === undefined) throw ApplicationFailure.nonRetryable(`job ${jobId} has no role`, 'internal_error');
    const replica = { uid, jobId, role: role.name, replica: 0, attempt, epoch: placement.epoch };
    const replicaRun = new ReplicaRun(this.#input, placement, replica, this.#inbox, this.#story);
    const end = await replicaRun.untilGone();
    if (end.kind === 'epoch_refused') {
      return this.#againAfterRefusal(attempt, placement, `${placement.host} refused the epoch: ${end.because}`);
    }
    this.#refusals = 0;
    const verdict = this.#judge(end, attempt);
    const release = { epoch: placement.epoch, proof: proofOf(end) };
    const outcome =
      replicaRun.collected === null
        ? await this.#collectAndConclude(verdict, attempt, placement, release, replicaRun)
        : await this.#conclude(verdict, attempt, release, replicaRun.collected);
    return outcome === null ? { kind: 'again', attempt: attempt + 1 } : { kind: 'outcome', outcome };
  }

  async #collectAndConclude(
    verdict: Verdict,
    attempt: number,
    placement: Placement,
    release: ReleaseProof,
    replicaRun: ReplicaRun,
  ): Promise<Outcome | null> {
    const sentence = verdict.kind === 'outcome' ? verdict.outcome.sentence : verdict.sentence;
    // The slot and the GPUs are free from here on: a slow upload below holds neither.
    const progress = { state: 'stopping', reason: 'stop_requested', sentence, attempt } as const;
    await this.#record({ kind: 'progress', progress }, release, null);
    this.#at = { placement, released: true };
    this.#story.note(`${sentence}; keeping its logs and artifacts`);
    return this.#conclude(verdict, attempt, null, await replicaRun.collect());
  }

  #judge(end: AttemptEnd, attempt: number): Verdict {
    const maxAttempts = this.#input.retry.maxAttempts + this.#input.firstAttempt - 1;
    return judgeAttempt(end, { attempt, maxAttempts, cancelled: this.#inbox.stop });
  }

  /** Null: there is another attempt. */
  async #conclude(
    verdict: Verdict,
    attempt: number,
    release: ReleaseProof | null,
    collected: CollectResult | null,
  ): Promise<Outcome | null> {
    switch (verdict.kind) {
      case 'outcome': {
        const outcome = withLoss(verdict.outcome, collected);
        return this.#end(await this.#record({ kind: 'outcome', outcome }, release, collected), outcome);
      }
      case 'retry': {
        const { reason, sentence } = verdict;
        this.#story.note(sentence);
        const entry = { kind: 'requeue', attempt: attempt + 1, reason, sentence } as const;
        const answer = await this.#record(entry, release, collected);
        return answer.kind === 'ended' ? this.#end(answer, answer.outcome) : null;
      }
    }
  }

  /** A host that refuses epochs one after the other would fill the history: from the second on each is waited after. */
  async #againAfterRefusal(attempt: number, placement: Placement, sentence: string): Promise<Next> {
    const release = { epoch: placement.epoch, proof: 'absent' } as const;
    this.#refusals += 1;
    if (this.#refusals === 1 || !patched('refused-pause')) return this.#again(attempt, sentence, release);
    // Nothing is held while it waits.
    const progress = { state: 'stopping', reason: 'waiting_for_placement', sentence, attempt } as const;
    await this.#record({ kind: 'progress', progress }, release, null);
    this.#at = { placement, released: true };
    await condition(() => this.#inbox.stop !== null, pauseAfterRefusalsMs(this.#refusals));
    return this.#again(attempt, sentence, null);
  }

  async #again(attempt: number, sentence: string, release: ReleaseProof | null): Promise<Next> {
    this.#story.note(sentence);
    const answer = await this.#record(
      { kind: 'requeue', attempt, reason: 'waiting_for_placement', sentence },
      release,
      null,
    );
    return answer.kind === 'ended'
      ? { kind: 'outcome', outcome: this.#end(answer, answer.outcome) }
      : { kind: 'again', attempt };
  }

  #end(answer: RecordResult, mine: Outcome): Outcome {
    const outcome = answer.kind === 'ended' ? answer.outcome : mine;
    this.#story.ended(outcome);
    return outcome;
  }

  async #record(
    entry: RecordInput['entry'],
    release: ReleaseProof | null,
    collected: CollectResult | null,
  ): Promise<RecordResult> {
    this.#sequence += 1;
    const answer = await books.record({ ...this.#run, sequence: this.#sequence, entry, release, collected });
    this.#answered = this.#sequence;
    return answer;
  }

  /** A ledger that was restored from an older copy hears from the job itself where it stands. Beside the job's own way. */
  async #restateWheneverAsked(): Promise<void> {
    for (;;) {
      await condition(() => this.#inbox.isAsked());
      this.#inbox.noteAnswered();
      if (patched('restate')) await books.restate(this.#statement());
    }
  }

  #statement(): Statement {
    const at = this.#at === null ? null : { ...this.#at, state: placedState(this.#story.state) };
    const { claimed } = this.#inbox;
    return { ...this.#run, input: this.#input, attempt: this.#attemptNumber, answered: this.#answered, claimed, at };
  }

  /** A reset run has a new run id over the same history: reading it each time is what lets the ledger tell them apart. */
  get #run(): { readonly uid: JobInput['uid']; readonly runId: string } {
    return { uid: this.#input.uid, runId: workflowInfo().runId };
  }
}

/** A second at first, then twice as long each time; at most an hour, so that a year makes no long history. */
const pauseAfterRefusalsMs = (refusals: number): number => Math.min(1_000 * 2 ** (refusals - 2), 60 * 60_000);

const placedState = (state: JobState | null): 'preparing' | 'running' | 'stopping' =>
  state === 'running' || state === 'stopping' ? state : 'preparing';
