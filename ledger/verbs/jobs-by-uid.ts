import type { JobUid } from '../../model/ids.ts';
import type { ListedJob } from '../ledger.ts';
import type { VerbContext } from './context.ts';
import { listedJobs } from './listed-jobs.ts';

export async function jobsByUid(
  ctx: VerbContext,
  input: { readonly uids: readonly JobUid[] },
): Promise<readonly ListedJob[]> {
  if (input.uids.length === 0) return [];
  const found = await listedJobs(ctx, (jobs) => jobs.where('jobs.uid', 'in', input.uids));
  const jobOf = new Map(found.map(({ row, job }) => [row.uid, job]));
  return input.uids.flatMap((uid) => {
    const job = jobOf.get(uid);
    return job === undefined ? [] : [{ ...job, position: null }];
  });
}
