import type { JobUid } from '../../model/ids.ts';
import { toJson } from '../json-text.ts';
import type { OutboxEntry } from '../ledger.ts';
import type { OutboxTable } from '../schema.ts';
import type { VerbContext } from './context.ts';
import { takeNext } from './counters.ts';

type Promised = Pick<OutboxEntry, 'uid' | 'jobId' | 'message'>;

/** `delayMs` leaves the caller time to deliver it at once itself; the outbox steps in when that did not happen. */
export async function addOutboxEntry(
  ctx: VerbContext,
  entry: Promised & { readonly delayMs: number },
): Promise<number> {
  const { value: id } = await takeNext(ctx, 'last_outbox_id');
  await ctx.trx
    .insertInto('outbox')
    .values(toRow(entry, id, ctx.nowMs + entry.delayMs))
    .execute();
  ctx.touch('outbox');
  return id;
}

/** Many at once, due now. */
export async function addOutboxEntries(ctx: VerbContext, entries: readonly Promised[]): Promise<void> {
  if (entries.length === 0) return;
  const { value: last } = await takeNext(ctx, 'last_outbox_id', entries.length);
  const rows = entries.map((entry, index) => toRow(entry, last - entries.length + 1 + index, ctx.nowMs));
  await ctx.trx.insertInto('outbox').values(rows).execute();
  ctx.touch('outbox');
}

const toRow = (entry: Promised, id: number, dueAtMs: number): OutboxTable => ({
  id,
  uid: entry.uid,
  job_id: entry.jobId,
  kind: entry.message.kind,
  message: toJson(entry.message),
  due_at_ms: dueAtMs,
  tries: 0,
});

export async function dropOutboxEntries(
  ctx: VerbContext,
  uid: JobUid,
  kind: OutboxEntry['message']['kind'],
): Promise<void> {
  await ctx.trx.deleteFrom('outbox').where('uid', '=', uid).where('kind', '=', kind).execute();
}
