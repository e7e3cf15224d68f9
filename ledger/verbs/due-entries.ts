import { sql, type RawBuilder } from 'kysely';
import type { VerbContext } from './context.ts';

/**
 * The ids of entries that are due, oldest due first: of one uid only the first that is not finished, so that nothing
 * told of it later overtakes what was promised before.
 */
export const dueEntries = (
  ctx: VerbContext,
  table: 'outbox' | 'schedule_changes',
  limit: number,
): RawBuilder<number> => sql<number>`(
  select due.id from ${sql.table(table)} as due
  where due.due_at_ms <= ${ctx.nowMs} and not exists (
    select 1 from ${sql.table(table)} as older where older.uid = due.uid and older.id < due.id)
  order by due.due_at_ms, due.id limit ${limit})`;
