import type { JobRow } from '../job-row.ts';
import type { VerbContext } from './context.ts';
import { dropOutboxEntries } from './outbox-entry.ts';
import { track } from './track.ts';

/** Its workflow is known to run: the row may be placed, nothing needs to start it any more. Nothing to do twice. */
export async function confirmStart(ctx: VerbContext, row: JobRow): Promise<void> {
  if (row.start_confirmed === 1) return;
  const isNew = row.state === 'admitted';
  await ctx.trx
    .updateTable('jobs')
    .set({
      start_confirmed: 1,
      state: isNew ? 'queued' : row.state,
      queued_at_ms: ctx.nowMs,
      last_heard_at_ms: ctx.nowMs,
    })
    .where('uid', '=', row.uid)
    .execute();
  if (isNew) await track(ctx, 'queued', [row]);
  await dropOutboxEntries(ctx, row.uid, 'start');
  ctx.touch('queue');
  ctx.touch(`job:${row.uid}`);
}
