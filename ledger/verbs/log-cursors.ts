import type { JobUid } from '../../model/ids.ts';
import type { StoredLog } from '../log-books.ts';
import type { VerbContext } from './context.ts';
import { logStreamKey, toLogCursor } from './log-cursor.ts';

/** All streams of a job: oldest attempt first, then by role and replica. */
export async function logCursors(ctx: VerbContext, input: { readonly uid: JobUid }): Promise<readonly StoredLog[]> {
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
