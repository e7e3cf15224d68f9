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
  { delayMs, ...entry }: Promised & { readonly delayMs: number },
): Promise<number> {
  return addOutboxEntries(ctx, [entry], delayMs);
}

/** Many at once, in order; answers the id of the first, which the others follow one by one. */
export async function addOutboxEntries(ctx: VerbContext, entries: readonly Promised[], delayMs = 0): Promise<number> {
  const { value: last } = await takeNext(ctx, 'last_outbox_id', entries.length);
  const first = last - entries.length + 1;
  const rows = entries.map((entry, index) => toRow(entry, first + index, ctx.nowMs + delayMs));
  if (rows.length > 0) await ctx.trx.insertInto('outbox').values(rows).execute();
  ctx.touch('outbox');
  return first;
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
