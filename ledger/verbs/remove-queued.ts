import type { JobId, JobUid, PoolName } from '../../model/ids.ts';
import type { NotInQueue, QueueTarget } from '../ledger.ts';
import type { VerbContext } from './context.ts';
import { findQueued } from './queue-target.ts';
import { withdrawWaiting } from './withdraw-waiting.ts';

export async function removeQueued(
  ctx: VerbContext,
  input: { readonly pool: PoolName; readonly target: QueueTarget; readonly because: string },
): Promise<{ readonly kind: 'removed'; readonly uid: JobUid; readonly jobId: JobId } | NotInQueue> {
  const found = await findQueued(ctx, input.pool, input.target);
  if (found.kind !== 'found') return found;
  await withdrawWaiting(ctx, [found.row], input.because);
  return { kind: 'removed', uid: found.row.uid, jobId: found.row.job_id };
}
