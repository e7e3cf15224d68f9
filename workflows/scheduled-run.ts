import {
  ApplicationFailure,
  CancellationScope,
  CancelledFailure,
  ChildWorkflowFailure,
  condition,
  ParentClosePolicy,
  sleep,
  startChild,
  workflowInfo,
  type ChildWorkflowHandle,
} from '@temporalio/workflow';
import {
  defineSearchAttributeKey,
  SearchAttributeType,
  WorkflowExecutionAlreadyStartedError,
} from '@temporalio/common';
import type { ScheduledRunInput, ScheduledRunResult } from '../model/scheduled-run.ts';
import type { JobInput } from '../model/workflow-messages.ts';
import { jobStart, WORKFLOW_TASK_TIMEOUT } from '../scheduling/job-start.ts';
import { books } from './bookkeeping.ts';
import { job } from './job.ts';

const nominalKey = defineSearchAttributeKey('TemporalScheduledStartTime', SearchAttributeType.DATETIME);
const QUEUE_FULL_PAUSE = '5s';
const QUEUE_FULL_PATIENCE_MS = 10 * 60_000;
const LOOK_EVERY = '5s';

/**
 * One firing of a schedule. Admits the job through the ledger's own door, starts it as its child and stays open as long
 * as the job does: so an overlap policy counts the jobs that are open, those that wait in the queue among them, and a
 * cancel of this run is a cancel of the job.
 */
export async function scheduledRun(input: ScheduledRunInput): Promise<ScheduledRunResult> {
  const cancel = { requested: false };
  const requested = CancellationScope.current().cancelRequested.catch(() => {
    cancel.requested = true;
  });
  // A job is never left between its admission and its start: a cancel counts once it has started.
  return CancellationScope.nonCancellable(async () => {
    const admitted = await admit(input, cancel);
    if (admitted.kind === 'skipped') return { jobId: null, sentence: `Skipped: ${admitted.because}` };
    return runJob(admitted.input, requested);
  });
}

type Admitted =
  { readonly kind: 'admitted'; readonly input: JobInput } | { readonly kind: 'skipped'; readonly because: string };

async function admit({ scheduleUid }: ScheduledRunInput, cancel: { readonly requested: boolean }): Promise<Admitted> {
  const { workflowId, firstExecutionRunId: runId, startTime, typedSearchAttributes } = workflowInfo();
  const nominalMs = (typedSearchAttributes.get(nominalKey) ?? startTime).getTime();
  const deadlineMs = startTime.getTime() + QUEUE_FULL_PATIENCE_MS;
  for (;;) {
    const answer = await books.admitScheduled({ scheduleUid, nominalMs, starter: { workflowId, runId } });
    if (answer.kind !== 'queue_full') return answer;
    const isOver = Date.now() >= deadlineMs;
    if (isOver || cancel.requested) {
      const because = isOver
        ? `the queue was full, with ${answer.limit} jobs, for ten minutes`
        : 'cancelled in Temporal while the queue was full';
      await books.recordSkippedRun({ scheduleUid, nominalMs, starterRunId: runId, because });
      return { kind: 'skipped', because };
    }
    await condition(() => cancel.requested, QUEUE_FULL_PAUSE);
  }
}

async function runJob(input: JobInput, cancelRequested: Promise<void>): Promise<ScheduledRunResult> {
  const scope = new CancellationScope();
  const child = await scope.run(() => startJob(input));
  if (child === null) return untilRecorded(input);
  void cancelRequested.then(() => scope.cancel());
  try {
    return { jobId: input.jobId, sentence: (await child.result()).sentence };
  } catch (error) {
    throw closingOf(error, input);
  }
}

/** Null: it runs already, started from the outbox while this run was thought dead (it was reset). */
async function startJob(input: JobInput): Promise<ChildWorkflowHandle<typeof job> | null> {
  const { workflowId, memo, attributes, summary, details } = jobStart(input);
  try {
    return await startChild(job, {
      workflowId,
      args: [input],
      memo,
      workflowIdReusePolicy: 'ALLOW_DUPLICATE',
      parentClosePolicy: ParentClosePolicy.REQUEST_CANCEL,
      workflowTaskTimeout: WORKFLOW_TASK_TIMEOUT,
      typedSearchAttributes: Object.entries(attributes).map(([name, value]) => ({
        key: defineSearchAttributeKey(name, SearchAttributeType.KEYWORD),
        value,
      })),
      staticSummary: summary,
      staticDetails: details,
    });
  } catch (error) {
    if (error instanceof WorkflowExecutionAlreadyStartedError) return null;
    throw error;
  }
}

async function untilRecorded({ uid, jobId }: JobInput): Promise<ScheduledRunResult> {
  for (;;) {
    const { job: left } = await books.leftovers({ uid });
    if (left === null) return { jobId, sentence: 'The ledger does not know this job.' };
    if (left.outcome !== null) return { jobId, sentence: left.outcome.sentence };
    await sleep(LOOK_EVERY);
  }
}

/** This run ends as its job did. */
function closingOf(error: unknown, { jobId }: JobInput): unknown {
  if (!(error instanceof ChildWorkflowFailure)) return error;
  const { cause } = error;
  if (cause instanceof CancelledFailure) return new CancelledFailure(cause.message);
  if (cause instanceof ApplicationFailure) return ApplicationFailure.nonRetryable(cause.message, cause.type);
  return ApplicationFailure.nonRetryable(`job ${jobId} did not end by itself: ${cause?.message ?? ''}`, 'job_closed');
}
