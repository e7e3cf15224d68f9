import { fromJson } from '../json-text.ts';
import type { OutboxEntry } from '../ledger.ts';
import type { VerbContext } from './context.ts';
import { dueEntries } from './due-entries.ts';

/** A later entry of a job waits until its earlier one is finished, so that a cancel never overtakes a start. */
export async function takeOutbox(
  ctx: VerbContext,
  input: { readonly limit: number; readonly leaseMs: number },
): Promise<readonly OutboxEntry[]> {
  const taken = await ctx.trx
    .updateTable('outbox')
    .set((eb) => ({ due_at_ms: ctx.nowMs + input.leaseMs, tries: eb('tries', '+', 1) }))
    .where('id', 'in', dueEntries(ctx, 'outbox', input.limit))
    .returningAll()
    .execute();
  return taken
    .sort((a, b) => a.id - b.id)
    .map((row) => ({
      id: row.id,
      uid: row.uid,
      jobId: row.job_id,
      tries: row.tries,
      message: fromJson(row.message),
    }));
}
