import type { JobId, PoolName } from '../../model/ids.ts';
import type { NotInQueue, QueueEntry } from '../ledger.ts';
import type { VerbContext } from './context.ts';
import { toQueueEntry } from './queue-page.ts';
import { queuePosition } from './queue-position.ts';
import { findQueued } from './queue-target.ts';

export async function holdQueued(
  ctx: VerbContext,
  input: { readonly pool: PoolName; readonly jobId: JobId; readonly held: boolean },
): Promise<{ readonly kind: 'kept'; readonly entry: QueueEntry } | NotInQueue> {
  const found = await findQueued(ctx, input.pool, { kind: 'job', jobId: input.jobId });
  if (found.kind !== 'found') return found;
  const { row } = found;
  const heldAtMs = input.held ? (row.held_at_ms ?? ctx.nowMs) : null;
  if (heldAtMs !== row.held_at_ms) {
    await ctx.trx.updateTable('jobs').set({ held_at_ms: heldAtMs }).where('uid', '=', row.uid).execute();
    ctx.touch('queue');
    ctx.touch(`job:${row.uid}`);
  }
  const position = (await queuePosition(ctx, row)) ?? 0;
  return { kind: 'kept', entry: toQueueEntry({ ...row, held_at_ms: heldAtMs }, position) };
}
