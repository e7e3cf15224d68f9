import type { JobUid } from '../../model/ids.ts';
import type { VerbContext } from './context.ts';
import { eraseSchedule } from './erase-schedule.ts';
import { promiseChange } from './promise-change.ts';
import { findScheduleByUid } from './schedule-row.ts';

/** What was uploaded for it stays: who was refused may ask again. */
export async function withdrawSchedule(ctx: VerbContext, input: { readonly uid: JobUid }): Promise<void> {
  const row = await findScheduleByUid(ctx, input.uid);
  if (row === null) return;
  await eraseSchedule(ctx, row);
  await promiseChange(ctx, row, { kind: 'delete' });
}
