import type { JobId, JobUid } from '../../model/ids.ts';
import type { PromisedChange } from '../schedule-ledger.ts';
import type { VerbContext } from './context.ts';
import { eraseSchedule, promiseDiscard } from './erase-schedule.ts';
import { promiseChange } from './promise-change.ts';
import { cancelRow } from './request-cancel.ts';
import { findSchedule } from './schedule-row.ts';

export async function deleteSchedule(
  ctx: VerbContext,
  input: { readonly jobId: JobId; readonly because: string; readonly graceSec: number },
): Promise<
  | { readonly kind: 'deleted'; readonly promised: PromisedChange; readonly runs: readonly JobUid[] }
  | { readonly kind: 'unknown' }
> {
  const row = await findSchedule(ctx, input.jobId);
  if (row === null) return { kind: 'unknown' };
  await eraseSchedule(ctx, row);
  const promised = await promiseChange(ctx, row, { kind: 'delete' });
  await promiseDiscard(ctx, row, false);
  const open = await ctx.trx
    .selectFrom('jobs')
    .selectAll()
    .where('uid', 'in', (eb) =>
      eb
        .selectFrom('schedule_runs')
        .select('schedule_runs.uid')
        .where('schedule_uid', '=', row.uid)
        .where('schedule_runs.uid', 'is not', null)
        .$castTo<{ uid: JobUid }>(),
    )
    .where('ended_at_ms', 'is', null)
    .where('withdrawn_at_ms', 'is', null)
    .execute();
  const request = { graceSec: input.graceSec, signal: null, because: input.because };
  for (const job of open) await cancelRow(ctx, job, request);
  return { kind: 'deleted', promised, runs: open.map(({ uid }) => uid) };
}
