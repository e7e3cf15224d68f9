import { toJson } from '../json-text.ts';
import type { ChangeScheduleInput, PromisedScheduleChange, ScheduleChange } from '../schedule-ledger.ts';
import type { VerbContext } from './context.ts';
import { promiseChange } from './promise-change.ts';
import { countPending, findSchedule } from './schedule-row.ts';

export async function changeSchedule(ctx: VerbContext, input: ChangeScheduleInput): Promise<PromisedScheduleChange> {
  const row = await findSchedule(ctx, input.jobId);
  if (row === null) return { kind: 'unknown' };
  const { change } = input;
  await ctx.trx
    .updateTable('schedules')
    .set({
      changed_at_ms: ctx.nowMs,
      ...(change.kind === 'pause'
        ? { paused: change.paused ? 1 : 0, note: change.note }
        : { timing: toJson({ ...change.timing, sinceMs: ctx.nowMs }), rules: toJson(change.rules) }),
    })
    .where('uid', '=', row.uid)
    .execute();
  const told: ScheduleChange =
    change.kind === 'pause' ? change : { kind: 'retime', calendar: change.timing.calendar, rules: change.rules };
  const isFirst = (await countPending(ctx, row.uid)) === 0;
  const promised = await promiseChange(ctx, row, told, isFirst ? undefined : 0);
  return { kind: 'promised', uid: row.uid, promised: isFirst ? promised : null };
}
