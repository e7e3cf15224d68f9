import { ApplicationFailure, CancellationScope, CancelledFailure, condition } from '@temporalio/workflow';
import type { CollectResult, ReleaseProof } from '../model/bookkeeping.ts';
import type { Outcome } from '../model/job-record.ts';
import type { AttemptEnd } from '../scheduling/verdict.ts';
import type { JobInbox } from './job-inbox.ts';

/** Why what an attempt held may be given back after it. */
export function proofOf(end: AttemptEnd): ReleaseProof['proof'] {
  switch (end.kind) {
    case 'exited':
      return 'exited';
    case 'stopped':
      return end.exit === null ? 'never_started' : 'exited';
    case 'vanished':
      return 'absent';
    case 'host_destroyed':
      return 'host_destroyed';
    case 'start_failed':
    case 'prepare_failed':
      return 'never_started';
  }
}

/** What could not be kept belongs to how the job ended: a success without its artifacts must say so. */
export function withLoss(outcome: Outcome, collected: CollectResult | null): Outcome {
  const lost = collected?.incomplete ?? null;
  return lost === null ? outcome : { ...outcome, sentence: `${outcome.sentence}; not kept: ${lost}` };
}

export const skipped = (sentence: string): Outcome => ({ state: 'skipped', reason: 'withdrawn', sentence, exit: null });

/** How a run ended that began before jobs restated themselves at once. */
export const lostInRestore: Outcome = {
  state: 'failed',
  reason: 'lost_in_restore',
  sentence: 'the ledger was restored from a copy that is older than this job, before it started. Submit it again.',
  exit: null,
};

/** Temporal's own status tells the same story: Completed, Failed with the reason as its type, or Canceled. */
export async function closeWith(outcome: Outcome, inbox: JobInbox): Promise<Outcome> {
  switch (outcome.state) {
    case 'succeeded':
    case 'skipped':
      return outcome;
    case 'failed':
      throw ApplicationFailure.nonRetryable(outcome.sentence, outcome.reason, outcome);
    case 'cancelled':
      // The api requests Temporal's cancellation right after its signal: wait for it, so that the status says Canceled.
      await CancellationScope.nonCancellable(() => condition(() => inbox.cancelledByTemporal, '2s'));
      throw inbox.cancelledByTemporal
        ? new CancelledFailure(outcome.sentence, [outcome])
        : ApplicationFailure.nonRetryable(outcome.sentence, outcome.reason, outcome);
  }
}
