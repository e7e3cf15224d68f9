import type { JobId, JobUid } from '../../model/ids.ts';
import { toJson } from '../json-text.ts';
import type { OutboxEntry } from '../ledger.ts';
import type { VerbContext } from './context.ts';
import { takeNext } from './counters.ts';

/** `delayMs` leaves the caller time to deliver it at once itself; the outbox steps in when that did not happen. */
export async function addOutboxEntry(
  ctx: VerbContext,
  entry: {
    readonly uid: JobUid;
    readonly jobId: JobId;
    readonly message: OutboxEntry['message'];
    readonly delayMs: number;
  },
): Promise<number> {
  const { value: id } = await takeNext(ctx, 'last_outbox_id');
  await ctx.trx
    .insertInto('outbox')
    .values({
      id,
      uid: entry.uid,
      job_id: entry.jobId,
      kind: entry.message.kind,
      message: toJson(entry.message),
      due_at_ms: ctx.nowMs + entry.delayMs,
      tries: 0,
    })
    .execute();
  ctx.touch('outbox');
  return id;
}

export async function dropOutboxEntries(
  ctx: VerbContext,
  uid: JobUid,
  kind: OutboxEntry['message']['kind'],
): Promise<void> {
  await ctx.trx.deleteFrom('outbox').where('uid', '=', uid).where('kind', '=', kind).execute();
}
