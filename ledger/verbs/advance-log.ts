import type { LogStreamRef } from '../../model/log-record.ts';
import { fromJson, toJson } from '../json-text.ts';
import type { LogCursor } from '../log-books.ts';
import { addExtent } from '../log-extents.ts';
import type { VerbContext } from './context.ts';
import { expectJob } from './find-job.ts';
import { logStreamKey, toLogCursor } from './log-cursor.ts';

/** The answer is the cursor as it stands after, won or not. */
export async function advanceLog(
  ctx: VerbContext,
  input: {
    readonly ref: LogStreamRef;
    readonly expected: number;
    readonly records: number;
    readonly bytes: number;
    readonly offset: number;
  },
): Promise<LogCursor & { readonly won: boolean }> {
  await expectJob(ctx, input.ref.uid);
  const stream = await ctx.trx
    .selectFrom('log_streams')
    .selectAll()
    .where((eb) => eb.and(logStreamKey(input.ref)))
    .executeTakeFirst();
  if (stream === undefined) return { next: 0, bytes: 0, finished: false, extents: [], won: false };
  if (stream.next_ordinal !== input.expected) return { ...toLogCursor(stream), won: false };
  const moved = {
    next_ordinal: stream.next_ordinal + input.records,
    bytes: stream.bytes + input.bytes,
    extents: toJson(addExtent(fromJson(stream.extents), [input.offset, input.bytes])),
  };
  await ctx.trx
    .updateTable('log_streams')
    .set(moved)
    .where((eb) => eb.and(logStreamKey(input.ref)))
    .execute();
  ctx.touch(`log:${input.ref.uid}`);
  return { ...toLogCursor({ ...stream, ...moved }), won: true };
}
