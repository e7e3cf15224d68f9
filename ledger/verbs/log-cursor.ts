import type { LogStreamRef } from '../../model/log-record.ts';
import type { LogCursor } from '../ledger.ts';
import type { VerbContext } from './context.ts';

/** Null: nothing was appended to it, and it was not finished. */
export async function logCursor(ctx: VerbContext, input: { readonly ref: LogStreamRef }): Promise<LogCursor | null> {
  const row = await ctx.trx
    .selectFrom('log_streams')
    .select(['next_ordinal', 'bytes', 'finished'])
    .where((eb) => eb.and(logStreamKey(input.ref)))
    .executeTakeFirst();
  if (row === undefined) return null;
  return { next: row.next_ordinal, bytes: row.bytes, finished: row.finished === 1 };
}

/** Just the key's fields: a caller's ref may carry more. */
export function logStreamKey(ref: LogStreamRef): LogStreamRef {
  return { uid: ref.uid, role: ref.role, replica: ref.replica, attempt: ref.attempt };
}
