import { fromJson } from '../json-text.ts';
import { statesOfGroup } from '../job-states.ts';
import type { JobGroup } from '../ledger.ts';
import type { GroupMember } from '../list-row.ts';
import type { VerbContext } from './context.ts';

/** Open jobs in queue order, ended ones in the order they ended. */
export async function group(ctx: VerbContext, input: { readonly group: JobGroup }): Promise<readonly GroupMember[]> {
  const rows = await ctx.trx
    .selectFrom('jobs')
    .select(['uid', 'job_id', 'admitted_at_ms', 'placed_at_ms', 'started_at_ms', 'ended_at_ms', 'exit'])
    .where('current', '=', 1)
    .where('withdrawn_at_ms', 'is', null)
    .where('state', 'in', statesOfGroup[input.group])
    .orderBy('ended_at_ms')
    .orderBy(input.group === 'queued' ? 'rank' : 'queue_seq')
    .execute();
  return rows.map((row) => ({
    uid: row.uid,
    jobId: row.job_id,
    admittedAtMs: row.admitted_at_ms,
    placedAtMs: row.placed_at_ms,
    startedAtMs: row.started_at_ms,
    endedAtMs: row.ended_at_ms,
    exitCode: row.exit === null ? null : (fromJson(row.exit)?.exitCode ?? null),
  }));
}
