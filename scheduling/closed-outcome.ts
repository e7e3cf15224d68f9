import type { Outcome } from '../model/job-record.ts';
import type { Exit } from '../model/replica.ts';
import { describeExit } from './verdict.ts';

/**
 * The outcome of a job whose workflow was closed by somebody else before it could record one. A person's act
 * (terminate, cancel) is a cancellation; anything else is a failure of the workflow. Never a success: nobody was left
 * to judge the attempt.
 */
export function closedOutcome(workflowStatus: string, exit: Exit | null): Outcome {
  const asked = workflowStatus === 'terminated' || workflowStatus === 'cancelled';
  const container = exit === null ? 'no container ran' : `its container ${describeExit(exit)}`;
  return {
    state: asked ? 'cancelled' : 'failed',
    reason: asked ? 'workflow_terminated' : 'workflow_failed',
    sentence: `its workflow was found ${workflowStatus} in Temporal; ${container}`,
    exit,
  };
}
