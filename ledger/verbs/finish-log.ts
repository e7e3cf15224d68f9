import type { LogStreamRef } from '../../model/log-record.ts';
import { toJson } from '../json-text.ts';
import type { LogExtent } from '../log-extents.ts';
import type { VerbContext } from './context.ts';
import { expectKept } from './find-job.ts';
import { logStreamKey } from './log-cursor.ts';
import { settleLogs } from './settle-logs.ts';

/** A stream without a record is finished too: its container printed nothing. */
export async function finishLog(ctx: VerbContext, input: { readonly ref: LogStreamRef }): Promise<void> {
  await expectKept(ctx, input.ref.uid);
  await ctx.trx
    .insertInto('log_streams')
    .values({
      ...logStreamKey(input.ref),
      next_ordinal: 0,
      bytes: 0,
      finished: 1,
      reserved: 0,
      extents: toJson<readonly LogExtent[]>([]),
    })
    .onConflict((conflict) => conflict.columns(['uid', 'role', 'replica', 'attempt']).doUpdateSet({ finished: 1 }))
    .execute();
  await settleLogs(ctx, input.ref.uid);
  ctx.touch(`log:${input.ref.uid}`);
}
