import type { Logger } from 'pino';
import type { SweepCandidate } from '../../ledger/healing.ts';
import type { Ledger } from '../../ledger/ledger.ts';
import type { PoolName } from '../../model/ids.ts';
import { Wake } from './wake.ts';
import type { WorkflowGateway } from './workflow-gateway.ts';

const TICK_MS = 5_000;

export type SweeperDeps = {
  readonly ledger: Ledger;
  readonly gateway: WorkflowGateway;
  readonly logger: Logger;
  readonly now: () => number;
  /** How long a job must have been silent before its workflow is looked at. */
  readonly sweepQuietMs: number;
};

/**
 * Looks at the workflow of every job that has been silent for a while and closes truthfully what has none any more:
 * a job terminated in the Web UI leaves nothing behind. A host that sees its workflow gone makes the sweeper look at once.
 */
export async function sweepUntil(deps: SweeperDeps, pool: PoolName, abort: AbortSignal): Promise<void> {
  const wake = new Wake((listener) => deps.ledger.subscribe(listener), 'sweep', abort);
  while (!abort.aborted) {
    const candidates = await deps.ledger.sweepCandidates({ pool, quietSinceMs: deps.now() - deps.sweepQuietMs });
    for (const candidate of candidates) {
      if (abort.aborted) break;
      await sweep(deps, candidate);
    }
    await wake.next(TICK_MS);
  }
}

async function sweep(deps: SweeperDeps, { uid, jobId, waits }: SweepCandidate): Promise<void> {
  const { ledger, gateway, logger } = deps;
  try {
    const standing = await gateway.describeJob(jobId, uid);
    if (standing.kind === 'running') {
      // Silent for so long, and not of one mind: the ledger is older than the job.
      const isOtherwise = waits !== null && standing.waits !== null && waits !== standing.waits;
      if (isOtherwise) await gateway.askToRestate(jobId, uid);
    } else {
      const { job, held } = await ledger.leftovers({ uid });
      if (held.length === 0 && (job === null || job.outcome !== null)) {
        await ledger.markWorkflowClosed({ uid });
        return;
      }
      const workflowStatus = standing.kind === 'closed' ? standing.status : 'absent';
      logger.warn({ jobId, uid, workflowStatus }, 'closing a job whose workflow is gone');
      const outcome = standing.kind === 'closed' ? standing.outcome : null;
      await gateway.closeJob({ uid, jobId, workflowStatus, outcome });
    }
    await ledger.markLookedAt({ uid });
  } catch (error) {
    logger.warn({ err: error, jobId, uid }, 'could not look after a silent job; trying again');
  }
}
