import type { LogStreamRef } from '../../model/log-record.ts';
import type { LogCursor } from '../ledger.ts';
import type { VerbContext } from './context.ts';
import { expectJob } from './find-job.ts';
import { logCursor, logStreamKey } from './log-cursor.ts';

/** `bytes` is what the records added to the stream. The answer is the cursor as it stands after, won or not. */
export async function advanceLog(
  ctx: VerbContext,
  input: {
    readonly ref: LogStreamRef;
    readonly expected: number;
    readonly records: number;
    readonly bytes: number;
  },
): Promise<LogCursor & { readonly won: boolean }> {
  await expectJob(ctx, input.ref.uid);
  await ctx.trx
    .insertInto('log_streams')
    .values({ ...logStreamKey(input.ref), next_ordinal: 0, bytes: 0, finished: 0 })
    .onConflict((conflict) => conflict.doNothing())
    .execute();
  const key = logStreamKey(input.ref);
  const won = await ctx.trx
    .updateTable('log_streams')
    .set((eb) => ({ next_ordinal: eb('next_ordinal', '+', input.records), bytes: eb('bytes', '+', input.bytes) }))
    .where((eb) => eb.and(key))
    .where('next_ordinal', '=', input.expected)
    .returning(['next_ordinal as next', 'bytes', 'finished'])
    .executeTakeFirst();
  if (won !== undefined) {
    ctx.touch(`log:${input.ref.uid}`);
    return { next: won.next, bytes: won.bytes, finished: won.finished === 1, won: true };
  }
  const cursor = await logCursor(ctx, input);
  return { ...(cursor ?? { next: 0, bytes: 0, finished: false }), won: false };
}
