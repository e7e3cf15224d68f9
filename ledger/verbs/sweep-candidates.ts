import type { PoolName } from '../../model/ids.ts';
import type { SweepCandidate } from '../healing.ts';
import type { VerbContext } from './context.ts';

const LIMIT = 100;

/**
 * Rows whose workflow somebody should look at, the longest silent first: all that may have one which is not known
 * closed, but for admissions that still wait for their start. One that was looked at is marked, so that each has its turn.
 */
export async function sweepCandidates(
  ctx: VerbContext,
  input: { readonly pool: PoolName; readonly quietSinceMs: number },
): Promise<readonly SweepCandidate[]> {
  const rows = await ctx.trx
    .selectFrom('jobs')
    .select(['uid', 'job_id', 'live_counter', 'ended_at_ms', 'withdrawn_at_ms'])
    .where('pool', '=', input.pool)
    .where('workflow_closed', '=', 0)
    .where('last_heard_at_ms', '<', input.quietSinceMs)
    .where((eb) =>
      eb.or([eb('start_confirmed', '=', 1), eb('ended_at_ms', 'is not', null), eb('withdrawn_at_ms', 'is not', null)]),
    )
    .orderBy('last_heard_at_ms')
    .orderBy('queue_seq')
    .limit(LIMIT)
    .execute();
  return rows.map(({ uid, job_id: jobId, ...row }) => {
    const isOpen = row.ended_at_ms === null && row.withdrawn_at_ms === null;
    return { uid, jobId, waits: isOpen ? row.live_counter === null : null };
  });
}
