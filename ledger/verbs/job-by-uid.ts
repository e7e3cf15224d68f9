import type { JobUid } from '../../model/ids.ts';
import type { ListedJob } from '../ledger.ts';
import type { VerbContext } from './context.ts';
import { findJob } from './find-job.ts';
import { listedJob } from './listed-job.ts';
import { queuePosition } from './queue-position.ts';

/** Any job there ever was, withdrawn ones too: hosts and workflows ask by uid. */
export async function jobByUid(ctx: VerbContext, input: { readonly uid: JobUid }): Promise<ListedJob | null> {
  const row = await findJob(ctx, input.uid);
  if (row === null) return null;
  return { ...(await listedJob(ctx, row)), position: await queuePosition(ctx, row) };
}
