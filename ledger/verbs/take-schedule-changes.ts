import { fromJson } from '../json-text.ts';
import type { PromisedChange } from '../schedule-ledger.ts';
import type { VerbContext } from './context.ts';
import { dueEntries } from './due-entries.ts';

/** A later change of a schedule waits until its earlier one is finished. */
export async function takeScheduleChanges(
  ctx: VerbContext,
  input: { readonly limit: number; readonly leaseMs: number },
): Promise<readonly PromisedChange[]> {
  const taken = await ctx.trx
    .updateTable('schedule_changes')
    .set((eb) => ({ due_at_ms: ctx.nowMs + input.leaseMs, tries: eb('tries', '+', 1) }))
    .where('id', 'in', dueEntries(ctx, 'schedule_changes', input.limit))
    .returningAll()
    .execute();
  if (taken.length === 0) return [];
  const owners = await ctx.trx
    .selectFrom('schedules')
    .select(['uid', 'job_id'])
    .where(
      'uid',
      'in',
      taken.map(({ uid }) => uid),
    )
    .execute();
  const jobIds = new Map(owners.map((row) => [row.uid, row.job_id]));
  return taken
    .sort((a, b) => a.id - b.id)
    .flatMap(({ id, uid, tries, change }) => {
      const jobId = jobIds.get(uid);
      return jobId === undefined ? [] : [{ id, uid, jobId, tries, change: fromJson(change) }];
    });
}
