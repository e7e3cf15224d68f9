import type { JobUid } from '../../model/ids.ts';
import type { VerbContext } from './context.ts';
import { findJob } from './find-job.ts';
import { isCertainlyNewer } from './namesake-order.ts';
import { withdraw } from './withdraw.ts';

/**
 * An id is free again only once the job that had it is over. So a newer job of it that this ledger does not know, or
 * learnt of only after, says of one that waits here for its start that it was taken back long ago: the ledger was
 * restored from a copy made before. In doubt it stays: where both would wait, what the other one says ends that.
 */
export async function giveWay(
  ctx: VerbContext,
  input: { readonly uid: JobUid; readonly to: JobUid },
): Promise<{ readonly kind: 'withdrawn' | 'stays' }> {
  const [row, other] = [await findJob(ctx, input.uid), await findJob(ctx, input.to)];
  if (row === null || row.withdrawn_at_ms !== null) return { kind: 'withdrawn' };
  const isKnownBefore = other !== null && other.queue_seq <= row.queue_seq;
  if (isKnownBefore || row.ended_at_ms !== null || !isCertainlyNewer(input.to, row)) return { kind: 'stays' };
  return (await withdraw(ctx, input)).kind === 'withdrawn' ? { kind: 'withdrawn' } : { kind: 'stays' };
}
