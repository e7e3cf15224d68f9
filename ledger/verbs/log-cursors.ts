import type { JobUid } from '../../model/ids.ts';
import type { LogStreamRef } from '../../model/log-record.ts';
import type { LogCursor } from '../log-books.ts';
import type { VerbContext } from './context.ts';
import { logStreamKey, toLogCursor } from './log-cursor.ts';

/** All streams of a job: oldest attempt first, then by role and replica. */
export async function logCursors(
  ctx: VerbContext,
  input: { readonly uid: JobUid },
): Promise<readonly (LogStreamRef & LogCursor)[]> {
  const rows = await ctx.trx
    .selectFrom('log_streams')
    .selectAll()
    .where('uid', '=', input.uid)
    .orderBy('attempt')
    .orderBy('role')
    .orderBy('replica')
    .execute();
  return rows.map((row) => ({ ...logStreamKey(row), ...toLogCursor(row) }));
}
