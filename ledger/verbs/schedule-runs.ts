import type { JobUid } from '../../model/ids.ts';
import type { ScheduleRun } from '../schedule-ledger.ts';
import type { VerbContext } from './context.ts';

export async function scheduleRuns(
  ctx: VerbContext,
  input: { readonly uid: JobUid; readonly limit: number },
): Promise<readonly ScheduleRun[]> {
  return ctx.trx
    .selectFrom('schedule_runs')
    .leftJoin('jobs', 'jobs.uid', 'schedule_runs.uid')
    .select([
      'schedule_runs.nominal_at_ms as nominalAtMs',
      'schedule_runs.job_id as jobId',
      'schedule_runs.uid as uid',
      'jobs.state as state',
      'schedule_runs.skipped_because as skippedBecause',
      'schedule_runs.at_ms as atMs',
      'jobs.ended_at_ms as endedAtMs',
    ])
    .where('schedule_uid', '=', input.uid)
    .orderBy('at_ms', 'desc')
    .orderBy('nominal_at_ms', 'desc')
    .limit(input.limit)
    .execute();
}
