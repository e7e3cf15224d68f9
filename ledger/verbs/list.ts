import type { PoolName } from '../../model/ids.ts';
import { statesOfGroup } from '../job-states.ts';
import type { JobGroup, ListedJob } from '../ledger.ts';
import type { VerbContext } from './context.ts';
import { listedJobs } from './listed-jobs.ts';

/** Open jobs in queue order, with the position in their pool's queue; ended ones in the order they ended. */
export async function list(ctx: VerbContext, input: { readonly group: JobGroup }): Promise<readonly ListedJob[]> {
  const chosen = await listedJobs(ctx, (jobs) =>
    jobs
      .where('current', '=', 1)
      .where('withdrawn_at_ms', 'is', null)
      .where('state', 'in', statesOfGroup[input.group])
      .orderBy('ended_at_ms')
      .orderBy(input.group === 'queued' ? 'rank' : 'queue_seq'),
  );
  const nextPosition = new Map<PoolName, number>();
  return chosen.map(({ job }) => {
    if (input.group !== 'queued') return { ...job, position: null };
    const position = nextPosition.get(job.record.pool) ?? 0;
    nextPosition.set(job.record.pool, position + 1);
    return { ...job, position };
  });
}
