import type { Logger } from 'pino';
import type { Ledger } from '../../ledger/ledger.ts';
import type { Epoch, JobId, PoolName } from '../../model/ids.ts';
import type { PlacedSignal } from '../../model/workflow-messages.ts';
import { planPool, type PlacementPolicy } from '../../scheduling/plan-pool.ts';
import { Unaccounted } from './unaccounted.ts';
import { Wake } from './wake.ts';
import type { WorkflowGateway } from './workflow-gateway.ts';

/** How far down the queue one round looks: it holds the ledger's writer for some 10 ms. What it places wakes the next. */
const MAX_QUEUED_PER_ROUND = 100;
const TICK_MS = 5_000;

export type PlannerDeps = {
  readonly ledger: Ledger;
  readonly gateway: WorkflowGateway;
  readonly logger: Logger;
  readonly now: () => number;
  /** How long a job that fits on no host of the pool waits for one to join. */
  readonly neverFitsAfterMs: number;
  /** Absent: spread. */
  readonly placement?: PlacementPolicy;
};
type RoundDeps = PlannerDeps & {
  readonly placedAt: (epoch: Epoch) => void;
};

/**
 * Plans a pool whenever its queue changes: reads one snapshot, decides with the pure core, commits the round under its
 * fencing token, then tells the jobs. What it could not tell stays in the outbox. Returns when the token is no longer
 * the newest or `abort` fires.
 */
export async function planUntil(
  deps: RoundDeps,
  pool: PoolName,
  token: number,
  abort: AbortSignal,
): Promise<'superseded' | 'aborted'> {
  const wake = new Wake((listener) => deps.ledger.subscribe(listener), 'queue', abort);
  const unaccounted = new Unaccounted(deps.logger);
  while (!abort.aborted) {
    const round = await planOnce({ ...deps, unaccounted }, pool, token);
    if (round.kind === 'stale') return 'superseded';
    await wake.next(Math.max(0, Math.min(TICK_MS, (round.nextAtMs ?? Infinity) - deps.now())));
  }
  return 'aborted';
}

/** `nextAtMs`: when there is something to decide although nothing changes; null = never. */
type RoundEnd = { readonly kind: 'done'; readonly nextAtMs: number | null } | { readonly kind: 'stale' };

async function planOnce(
  deps: RoundDeps & { readonly unaccounted: Unaccounted },
  pool: PoolName,
  token: number,
): Promise<RoundEnd> {
  const { ledger, logger } = deps;
  const snapshot = await ledger.plannerSnapshot({ pool, maxQueued: MAX_QUEUED_PER_ROUND });
  const { queued, hosts, held, isPoolKnown } = snapshot;
  deps.unaccounted.report(hosts);
  const refusing = { nowMs: deps.now(), afterMs: deps.neverFitsAfterMs, isPoolKnown };
  const plan = planPool(queued, hosts, held, refusing, deps.placement);
  const { placements, refusals, nextRefusalAtMs: nextAtMs } = plan;
  if (placements.length === 0 && refusals.length === 0) return { kind: 'done', nextAtMs };
  const committed = await ledger.commitRound({ pool, token, placements, refusals });
  if (committed.kind === 'stale') return { kind: 'stale' };
  const jobIds = new Map(queued.map((job) => [job.uid, job.jobId]));
  for (const { outboxId, signal } of committed.placed) {
    deps.placedAt(signal.placement.epoch);
    const jobId = jobIds.get(signal.uid);
    if (jobId !== undefined) void tell(deps, jobId, signal, outboxId);
  }
  logger.debug({ pool, placed: committed.placed.length, refused: refusals.length }, 'planned a round');
  return { kind: 'done', nextAtMs };
}

/** Not awaited by the planner: a slow Temporal must not hold the next round. */
async function tell(deps: PlannerDeps, jobId: JobId, signal: PlacedSignal, outboxId: number): Promise<void> {
  try {
    if ((await deps.gateway.signalPlaced(jobId, signal)) === 'gone') await deps.ledger.lookAgain({ uid: signal.uid });
    await deps.ledger.finishOutbox({ ids: [outboxId] });
  } catch (error) {
    deps.logger.warn({ err: error, jobId }, 'a placement could not be told yet; the outbox goes on trying');
  }
}
