import type { JobUid } from '../../model/ids.ts';
import type { VerbContext } from './context.ts';
import { eraseSchedule, promiseDiscard } from './erase-schedule.ts';
import { countPending, findScheduleByUid } from './schedule-row.ts';

export async function forgetSchedule(
  ctx: VerbContext,
  input: { readonly uid: JobUid; readonly keepUpload: boolean },
): Promise<void> {
  if ((await countPending(ctx, input.uid)) > 0) return;
  const row = await findScheduleByUid(ctx, input.uid);
  if (row === null) return;
  await eraseSchedule(ctx, row);
  await promiseDiscard(ctx, row, input.keepUpload);
}
