import type { Ledger } from '../../ledger/ledger.ts';
import type { JobInput } from '../../model/workflow-messages.ts';
import type { WorkflowGateway } from './workflow-gateway.ts';

/**
 * Starts a workflow that may have been started before, by a process that died or for a ledger that was restored since.
 * One that is closed counts as started and is not started again, for as long as Temporal remembers it: what became of
 * its job is the sweeper's to find out, now. One that never was, while a newer job has its id, is not started at all;
 * one that another process starts at this moment is looked at again.
 */
export async function startOnce(
  deps: {
    readonly gateway: Pick<WorkflowGateway, 'describeJob' | 'uidUnder' | 'startJob'>;
    readonly ledger: Pick<Ledger, 'confirmStarted' | 'lookAgain' | 'giveWay'>;
  },
  input: JobInput,
): Promise<'started' | 'blocked' | 'withdrawn'> {
  const { uid, jobId } = input;
  const standing = await deps.gateway.describeJob(jobId, uid);
  if (standing.kind === 'absent') {
    const other = await deps.gateway.uidUnder(jobId);
    if (other === uid) return startOnce(deps, input);
    if (other !== null && (await deps.ledger.giveWay({ uid, to: other })).kind === 'withdrawn') return 'withdrawn';
    return deps.gateway.startJob(input);
  }
  if (standing.kind === 'closed') {
    await deps.ledger.confirmStarted({ uid });
    await deps.ledger.lookAgain({ uid });
  }
  return 'started';
}
