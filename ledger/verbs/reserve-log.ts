import type { LogStreamRef } from '../../model/log-record.ts';
import { toJson } from '../json-text.ts';
import type { LogExtent } from '../log-extents.ts';
import type { VerbContext } from './context.ts';
import { expectKept } from './find-job.ts';
import { logCursor, logStreamKey } from './log-cursor.ts';

/** Each reservation lies behind all earlier ones, whatever became of those. */
export async function reserveLog(
  ctx: VerbContext,
  input: { readonly ref: LogStreamRef; readonly expected: number; readonly bytes: number },
): Promise<{ readonly next: number; readonly offset: number | null }> {
  await expectKept(ctx, input.ref.uid);
  const key = logStreamKey(input.ref);
  await ctx.trx
    .insertInto('log_streams')
    .values({ ...key, next_ordinal: 0, bytes: 0, finished: 0, reserved: 0, extents: toJson<readonly LogExtent[]>([]) })
    .onConflict((conflict) => conflict.doNothing())
    .execute();
  const reserved = await ctx.trx
    .updateTable('log_streams')
    .set((eb) => ({ reserved: eb('reserved', '+', input.bytes) }))
    .where((eb) => eb.and(key))
    .where('next_ordinal', '=', input.expected)
    .returning('reserved')
    .executeTakeFirst();
  if (reserved !== undefined) return { next: input.expected, offset: reserved.reserved - input.bytes };
  return { next: (await logCursor(ctx, input))?.next ?? 0, offset: null };
}
