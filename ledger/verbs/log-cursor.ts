import type { Selectable } from 'kysely';
import type { LogStreamRef } from '../../model/log-record.ts';
import { fromJson } from '../json-text.ts';
import type { LogCursor } from '../log-books.ts';
import type { LogStreamTable } from '../schema.ts';
import type { VerbContext } from './context.ts';

/** Null: nothing was appended to it, and it was not finished. */
export async function logCursor(ctx: VerbContext, input: { readonly ref: LogStreamRef }): Promise<LogCursor | null> {
  const row = await ctx.trx
    .selectFrom('log_streams')
    .selectAll()
    .where((eb) => eb.and(logStreamKey(input.ref)))
    .executeTakeFirst();
  return row === undefined ? null : toLogCursor(row);
}

export function toLogCursor(row: Selectable<LogStreamTable>): LogCursor {
  return {
    next: row.next_ordinal,
    bytes: row.bytes,
    finished: row.finished === 1,
    extents: fromJson(row.extents),
  };
}

/** Just the key's fields: a caller's ref may carry more. */
export function logStreamKey(ref: LogStreamRef): LogStreamRef {
  return { uid: ref.uid, role: ref.role, replica: ref.replica, attempt: ref.attempt };
}
