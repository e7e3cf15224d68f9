import { toJson } from '../json-text.ts';
import type { PromisedChange, ScheduleChange } from '../schedule-ledger.ts';
import type { VerbContext } from './context.ts';
import { takeNext } from './counters.ts';
import type { ScheduleRow } from './schedule-row.ts';

/** How long the api has to tell Temporal itself before the outbox does. */
const TELL_DELAY_MS = 3_000;

/** `delayMs` leaves the caller time to tell Temporal at once itself. */
export async function promiseChange(
  ctx: VerbContext,
  row: Pick<ScheduleRow, 'uid' | 'job_id'>,
  change: ScheduleChange,
  delayMs = TELL_DELAY_MS,
): Promise<PromisedChange> {
  const { value: id } = await takeNext(ctx, 'last_outbox_id');
  await ctx.trx
    .insertInto('schedule_changes')
    .values({ id, uid: row.uid, change: toJson(change), due_at_ms: ctx.nowMs + delayMs, tries: 0 })
    .execute();
  ctx.touch('schedules');
  return { id, uid: row.uid, jobId: row.job_id, tries: 0, change };
}
