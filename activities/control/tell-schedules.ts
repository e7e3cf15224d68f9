import type { Logger } from 'pino';
import type { Ledger } from '../../ledger/ledger.ts';
import type { BlobStore } from '../../ledger/blob-store.ts';
import type { PromisedChange } from '../../ledger/schedule-ledger.ts';
import { removeUnreferred } from './remove-unreferred.ts';
import type { ScheduleGateway } from './schedule-gateway.ts';
import { Wake } from './wake.ts';

const BATCH = 50;
/** A change taken and not finished (Temporal away, process killed) is due again after this. */
const LEASE_MS = 5_000;
const TICK_MS = 5_000;

type TellDeps = { readonly ledger: Ledger; readonly scheduleGateway: ScheduleGateway; readonly blobs: BlobStore };
export type TellSchedulesDeps = TellDeps & { readonly logger: Logger };

/** `taken`: somebody else's schedule has the id in Temporal, and ours is withdrawn. `gone`: it was deleted there. */
export type Told = 'told' | 'gone' | 'taken';

/** Carries out one change of a schedule and keeps in the ledger what came of it. May be repeated. */
export async function tellChange(deps: TellDeps, promised: PromisedChange): Promise<Told> {
  const { ledger, scheduleGateway } = deps;
  const { change, jobId, uid, id } = promised;
  switch (change.kind) {
    case 'create':
      if ((await scheduleGateway.create(jobId, uid, change.plan)) === 'taken') {
        await ledger.withdrawSchedule({ uid });
        return 'taken';
      }
      break;
    case 'retime':
      if ((await scheduleGateway.retime(jobId, uid, change.calendar, change.rules)) === 'gone') return forget();
      break;
    case 'pause':
      if ((await scheduleGateway.pause(jobId, uid, change.paused, change.note)) === 'gone') return forget();
      break;
    case 'delete':
      await scheduleGateway.remove(jobId, uid);
      break;
    case 'discard':
      await removeUnreferred(deps, change.digests);
      break;
  }
  await ledger.finishScheduleChange({ id });
  return 'told';

  async function forget(): Promise<Told> {
    await ledger.finishScheduleChange({ id });
    await ledger.forgetSchedule({ uid, keepUpload: false });
    return 'gone';
  }
}

/** Tells Temporal what the ledger promised of schedules, at least once and in order per schedule, until `abort` fires. */
export async function tellSchedulesUntil(deps: TellSchedulesDeps, abort: AbortSignal): Promise<void> {
  const wake = new Wake((listener) => deps.ledger.subscribe(listener), 'schedules', abort);
  while (!abort.aborted) {
    const due = await deps.ledger.takeScheduleChanges({ limit: BATCH, leaseMs: LEASE_MS });
    await Promise.all(due.map((promised) => tellLogged(deps, promised)));
    if (due.length < BATCH) await wake.next(TICK_MS);
  }
}

async function tellLogged(deps: TellSchedulesDeps, promised: PromisedChange): Promise<void> {
  const { jobId, tries, change } = promised;
  try {
    const told = await tellChange(deps, promised);
    if (told !== 'told') deps.logger.warn({ jobId, change: change.kind, told }, 'a schedule is not ours in Temporal');
  } catch (error) {
    deps.logger.warn(
      { err: error, jobId, change: change.kind, tries },
      'a change of a schedule is not carried out yet; trying again',
    );
  }
}
