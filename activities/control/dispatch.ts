import { setTimeout as sleep } from 'node:timers/promises';
import { Context } from '@temporalio/activity';
import type { Epoch } from '../../model/ids.ts';
import { compareEpochs } from '../../scheduling/epoch.ts';
import type { ControlActivities } from '../contract.ts';
import { healUntil } from './healer.ts';
import { deliverUntil, type OutboxDeps } from './outbox.ts';
import { lastBeat, type PlannerBeat } from './seen-epoch.ts';
import { keepHostsUntil } from './host-keeper.ts';
import { planUntil, type PlannerDeps } from './planner.ts';
import { sweepUntil, type SweeperDeps } from './sweeper.ts';
import { tellSchedulesUntil, type TellSchedulesDeps } from './tell-schedules.ts';

const BEAT_MS = 2_000;
/** So long the planner waits for a Temporal that does not answer, or has very much to list. */
const FIRST_LOOK_WITHIN_MS = 3_000;
/** Long enough to cost nothing, short enough that the dispatcher's history stays small. */
const REST_AFTER_MS = 60 * 60_000;

/**
 * One pool's planner, outbox, sweeper and healer, for as long as this attempt lives. Safe twice: each planning attempt
 * raises the pool's fencing token, and deliveries, sweeps and healing may be repeated by their nature.
 */
export function createDispatch(
  deps: SweeperDeps & OutboxDeps & PlannerDeps & TellSchedulesDeps,
): ControlActivities['dispatch'] {
  return async ({ pool, highestEpoch: carried = null }) => {
    const context = Context.current();
    const over = new AbortController();
    const before = lastBeat(context.info.heartbeatDetails);
    const remembered = before?.highestEpoch ?? carried;
    const { token, epoch } = await deps.ledger.beginPlanning({
      pool,
      highestEpoch: remembered,
      withoutMemory: remembered === null,
    });
    let highestEpoch = epoch;
    const placedAt = (placed: Epoch): void => {
      if (compareEpochs(placed, highestEpoch) > 0) highestEpoch = placed;
    };
    let lookedIn = before?.lookedIn ?? carried?.generation ?? null;
    const lookedAt = async (generation: number): Promise<void> => {
      lookedIn = generation;
      await deps.ledger.noteCompared({ pool, token, generation });
    };
    let lookedOnce = (): void => undefined;
    const firstLook = new Promise<void>((resolve) => {
      lookedOnce = resolve;
    });
    const sayBeat = (): void => context.heartbeat({ token, highestEpoch, lookedIn } satisfies PlannerBeat);
    sayBeat();
    const beat = setInterval(sayBeat, BEAT_MS);
    const rest = setTimeout(() => over.abort(), REST_AFTER_MS);
    const stop = (): void => over.abort();
    context.cancellationSignal.addEventListener('abort', stop);
    try {
      // The last beat before a death may be older than the last placements: what it does not tell, open workflows may.
      const longEnough = sleep(FIRST_LOOK_WITHIN_MS, undefined, { signal: over.signal }).catch(() => undefined);
      const planning = Promise.race([firstLook, longEnough])
        .then(() => planUntil({ ...deps, placedAt }, pool, token, over.signal))
        .finally(stop);
      const [ended] = await Promise.all([
        planning,
        deliverUntil(deps, over.signal).finally(stop),
        sweepUntil(deps, pool, over.signal).finally(stop),
        keepHostsUntil(deps, pool, over.signal).finally(stop),
        healUntil({ ...deps, lookedAt, lookedOnce }, pool, lookedIn, over.signal).finally(stop),
        tellSchedulesUntil(deps, over.signal).finally(stop),
      ]);
      deps.logger.info({ pool, token, ended }, 'planner rests');
      // Rejects when this attempt was cancelled or its worker shuts down, so that another one begins.
      if (context.cancellationSignal.aborted) await context.cancelled;
      return { highestEpoch };
    } finally {
      clearInterval(beat);
      clearTimeout(rest);
      context.cancellationSignal.removeEventListener('abort', stop);
    }
  };
}
