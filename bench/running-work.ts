import { setTimeout as sleep } from 'node:timers/promises';
import { ulid } from 'ulid';
import type { Ledger } from '../ledger/ledger.ts';
import { jobUidSchema, poolNameSchema, type PoolName } from '../model/ids.ts';
import { planPool } from '../scheduling/plan-pool.ts';
import { benchHello } from './bench-host.ts';
import { queuedAdmission } from './queued-admission.ts';
import { liveShortly } from './short-life.ts';

const POOL = poolNameSchema.parse('work');
const PAUSE_MS = 200;
const AT_ONCE = 2;
const AS_LONG_AS_IT_TAKES = { nowMs: 0, afterMs: Infinity, isPoolKnown: false };

export const RUNNING_WORK = `beside ${AT_ONCE * (1_000 / PAUSE_MS)} short jobs a second in another pool, each planned, run and ended in the ledger, and the measured pool's planner`;

/** Goes on until stopped; `stop` rejects with what went wrong meanwhile. */
export async function startRunningWork(
  ledger: Ledger,
  measured: PoolName,
): Promise<{ readonly stop: () => Promise<void> }> {
  await ledger.hello(benchHello(POOL, 'work-host', AT_ONCE));
  const { token } = await ledger.beginPlanning({ pool: POOL });
  const abort = new AbortController();
  const work = async (): Promise<void> => {
    for (let round = 0; !abort.signal.aborted; round += 1) {
      await ledger.plannerSnapshot({ pool: measured, maxQueued: 100 });
      for (let index = 0; index < AT_ONCE; index += 1) {
        const admission = queuedAdmission(POOL, jobUidSchema.parse(ulid()), `work-${round}-${index}`);
        await ledger.admit(admission);
        await ledger.confirmStarted(admission);
      }
      const { queued, hosts, held } = await ledger.plannerSnapshot({ pool: POOL, maxQueued: 100 });
      const committed = await ledger.commitRound({
        pool: POOL,
        token,
        ...planPool(queued, hosts, held, AS_LONG_AS_IT_TAKES),
      });
      if (committed.kind === 'stale') throw new Error('another planner has taken over the pool of the running work');
      await Promise.all(committed.placed.map(({ signal, outboxId }) => liveShortly(ledger, signal, outboxId)));
      await sleep(PAUSE_MS);
    }
  };
  const working = work();
  working.catch(() => undefined);
  return {
    stop: () => {
      abort.abort();
      return working;
    },
  };
}
