import type { JobUid } from '../../model/ids.ts';
import type { VerbContext } from './context.ts';
import { confirmStart } from './confirm-start.ts';
import { findJob } from './find-job.ts';

export async function confirmStarted(
  ctx: VerbContext,
  input: { readonly uid: JobUid },
): Promise<{ readonly kind: 'confirmed' | 'withdrawn' }> {
  const row = await findJob(ctx, input.uid);
  if (row === null || row.withdrawn_at_ms !== null) return { kind: 'withdrawn' };
  await confirmStart(ctx, row);
  return { kind: 'confirmed' };
}
