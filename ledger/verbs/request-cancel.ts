import { outcomeOf, type JobRow } from '../job-row.ts';
import { isWaiting } from '../job-states.ts';
import type { CancelAnswer, CancelRequest } from '../ledger.ts';
import type { VerbContext } from './context.ts';
import { endJob } from './end-job.ts';
import { addOutboxEntry, dropOutboxEntries } from './outbox-entry.ts';
import { settleLogs } from './settle-logs.ts';

/** A repeat replaces an undelivered request: the newest grace and signal count. */
export async function requestCancel(ctx: VerbContext, request: CancelRequest): Promise<CancelAnswer> {
  const { jobId, ...asked } = request;
  const row = await ctx.trx
    .selectFrom('jobs')
    .selectAll()
    .where('job_id', '=', jobId)
    .where('current', '=', 1)
    .executeTakeFirst();
  return row === undefined ? { kind: 'unknown' } : cancelRow(ctx, row, asked);
}

export async function cancelRow(
  ctx: VerbContext,
  row: JobRow,
  request: Omit<CancelRequest, 'jobId'>,
): Promise<Exclude<CancelAnswer, { kind: 'unknown' }>> {
  const outcome = outcomeOf(row);
  if (outcome !== null) return { kind: 'ended', uid: row.uid, outcome };

  const wasQueued = isWaiting(row.state);
  await (wasQueued ? leaveQueue(ctx, row, request) : markStopping(ctx, row, request));
  await dropOutboxEntries(ctx, row.uid, 'cancel');
  await addOutboxEntry(ctx, {
    uid: row.uid,
    jobId: row.job_id,
    message: { kind: 'cancel', signal: { uid: row.uid, ...request } },
    delayMs: 0,
  });
  return { kind: 'requested', uid: row.uid, wasQueued };
}

async function leaveQueue(ctx: VerbContext, row: JobRow, request: Pick<CancelRequest, 'because'>): Promise<void> {
  await ctx.trx.updateTable('jobs').set({ cancel_requested_at_ms: ctx.nowMs }).where('uid', '=', row.uid).execute();
  await endJob(ctx, row, {
    state: 'cancelled',
    reason: 'cancelled_by_request',
    sentence: `Cancelled while it waited: ${request.because}`,
    exit: null,
  });
  await settleLogs(ctx, row.uid);
  if (row.start_confirmed === 0) await dropOutboxEntries(ctx, row.uid, 'start');
}

async function markStopping(ctx: VerbContext, row: JobRow, request: Pick<CancelRequest, 'because'>): Promise<void> {
  await ctx.trx
    .updateTable('jobs')
    .set({
      state: 'stopping',
      reason: 'stop_requested',
      sentence: `Is being stopped: ${request.because}`,
      cancel_requested_at_ms: ctx.nowMs,
    })
    .where('uid', '=', row.uid)
    .execute();
  ctx.touch(`job:${row.uid}`);
}
