import type { Ledger } from '../../ledger/ledger.ts';
import type { JobInput } from '../../model/workflow-messages.ts';
import type { WorkflowGateway } from './workflow-gateway.ts';

/**
 * Starts a workflow that may have been started before, by a process that died or for a ledger that was restored since.
 * One that is closed counts as started and is not started again, for as long as Temporal remembers it: what became of
 * its job is the sweeper's to find out, now.
 */
export async function startOnce(
  deps: { readonly gateway: WorkflowGateway; readonly ledger: Pick<Ledger, 'confirmStarted' | 'lookAgain'> },
  input: JobInput,
): Promise<'started' | 'blocked'> {
  const { uid, jobId } = input;
  const standing = await deps.gateway.describeJob(jobId, uid);
  if (standing.kind === 'absent') return deps.gateway.startJob(input);
  if (standing.kind === 'closed') {
    await deps.ledger.confirmStarted({ uid });
    await deps.ledger.lookAgain({ uid });
  }
  return 'started';
}
