import { setTimeout as sleep } from 'node:timers/promises';
import type { JobId, JobUid } from '../../model/ids.ts';
import { startOnce } from '../../activities/control/start-once.ts';
import { LongshoreError } from '../../model/error.ts';
import type { JobSpec } from '../../model/job-spec.ts';
import type { JobInput } from '../../model/workflow-messages.ts';
import type { ApiDeps, ApiOptions } from '../api-deps.ts';

export type SubmitInput = {
  readonly jobId: JobId;
  readonly project: string;
  readonly owner: string;
  readonly spec: JobSpec;
  readonly metadata: unknown;
  readonly needsBundle: boolean;
  /** Why no host can ever run it: it is taken, and has failed. */
  readonly neverFits?: string | null;
};

export type SubmitAnswer =
  /** The job is durable and its workflow runs (or it has ended): nothing that dies from here on loses it. */
  | { readonly kind: 'accepted'; readonly uid: JobUid }
  | { readonly kind: 'conflict' }
  | { readonly kind: 'no_bundle' }
  | { readonly kind: 'queue_full'; readonly limit: number }
  /** Nothing is left of the submission. */
  | { readonly kind: 'unavailable'; readonly because: string };

/** How long a submitter waits for Temporal's acknowledgement before the admission is taken back. */
const START_WITHIN_MS = 5_000;
/** An older run of the same id closes within moments of its job's end. */
const BLOCKED_PAUSE_MS = 100;
const UNAVAILABLE_PAUSE_MS = 250;

type StartAnswer = { readonly kind: 'started' } | { readonly kind: 'not_started'; readonly because: string };

const isUnavailable = (error: unknown): boolean =>
  error instanceof LongshoreError && error.code === 'temporal_unavailable';

const startInTime = async (deps: ApiDeps, input: JobInput, mayHaveRun: boolean): Promise<StartAnswer> => {
  let timer: NodeJS.Timeout | undefined;
  const deadline = new Promise<'overdue'>((resolve) => {
    timer = setTimeout(() => resolve('overdue'), START_WITHIN_MS);
  });
  const started = async (): Promise<'started' | 'blocked' | 'withdrawn' | 'unavailable'> =>
    (mayHaveRun ? startOnce(deps, input) : deps.gateway.startJob(input)).catch((error: unknown) => {
      if (isUnavailable(error)) return 'unavailable';
      throw error;
    });
  let because = 'Temporal did not answer in time';
  try {
    for (;;) {
      const answer = await Promise.race([started(), deadline]);
      if (answer === 'overdue') return { kind: 'not_started', because };
      if (answer === 'started') return { kind: 'started' };
      if (answer === 'withdrawn') {
        return { kind: 'not_started', because: `a newer job ${input.jobId} has taken the place of this one` };
      }
      because =
        answer === 'blocked' ? `an older run of job ${input.jobId} is still closing` : 'Temporal cannot be reached';
      const pauseMs = answer === 'blocked' ? BLOCKED_PAUSE_MS : UNAVAILABLE_PAUSE_MS;
      if ((await Promise.race([sleep(pauseMs), deadline])) === 'overdue') return { kind: 'not_started', because };
    }
  } finally {
    clearTimeout(timer);
  }
};

/**
 * Takes an admission back whose workflow did not start in time. Where the start arrived after all, the job is accepted;
 * a start that arrives later still finds a withdrawn row and ends with nothing done.
 */
const takeBack = async (deps: ApiDeps, uid: JobUid, because: string): Promise<SubmitAnswer> => {
  const answer = await deps.ledger.withdraw({ uid });
  return answer.kind === 'started' ? { kind: 'accepted', uid } : { kind: 'unavailable', because };
};

/** `mayHaveRun`: it was admitted before, and its workflow may have been started since. */
const start = async (deps: ApiDeps, input: JobInput, mayHaveRun: boolean): Promise<SubmitAnswer> => {
  const { uid } = input;
  const answer = await startInTime(deps, input, mayHaveRun).catch(async (error: unknown) => {
    await deps.ledger.withdraw({ uid });
    throw error;
  });
  if (answer.kind === 'not_started') return takeBack(deps, uid, answer.because);
  const confirmed = await deps.ledger.confirmStarted({ uid });
  return confirmed.kind === 'confirmed'
    ? { kind: 'accepted', uid }
    : { kind: 'unavailable', because: `job ${input.jobId} was taken back or deleted while it was being started` };
};

/** Admits a job in the ledger, starts its workflow, and answers once both are durable or nothing of it is left. */
export const submitJob = async (deps: ApiDeps, options: ApiOptions, input: SubmitInput): Promise<SubmitAnswer> => {
  const admitted = await deps.ledger.admit({
    ...input,
    uid: deps.mintUid(),
    pool: options.pool,
    maxQueued: options.maxQueued,
  });
  switch (admitted.kind) {
    case 'admitted':
      return start(deps, admitted.input, false);
    case 'same':
      return admitted.confirmed ? { kind: 'accepted', uid: admitted.uid } : start(deps, admitted.input, true);
    case 'ended':
      return { kind: 'accepted', uid: admitted.uid };
    case 'conflict':
    case 'no_bundle':
    case 'queue_full':
      return admitted;
  }
};
