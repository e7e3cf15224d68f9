import { ApplicationFailure, CancelledFailure, CompleteAsyncError } from '@temporalio/activity';
import { LongshoreError } from '../../model/error.ts';

/**
 * What trying again cannot mend. Everything else is: an engine, a server or a disk that comes back finds the replica
 * as it was left, and a ledger that was restored without the job learns of it again.
 */
const FINAL = new Set(['spec_invalid']);

/** The one place where a host activity's surprise becomes Temporal's failure: always with a type. */
export const asFailure = (cause: unknown): Error => {
  if (cause instanceof CancelledFailure || cause instanceof CompleteAsyncError || cause instanceof ApplicationFailure) {
    return cause;
  }
  if (cause instanceof LongshoreError) {
    return ApplicationFailure.create({
      message: cause.message,
      type: cause.code,
      nonRetryable: FINAL.has(cause.code),
      cause,
    });
  }
  const message = cause instanceof Error ? cause.message : String(cause);
  return ApplicationFailure.create({ message, type: 'unexpected', ...(cause instanceof Error ? { cause } : {}) });
};
