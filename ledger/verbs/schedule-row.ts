import type { Selectable } from 'kysely';
import type { JobId, JobUid } from '../../model/ids.ts';
import type { JobSpec } from '../../model/job-spec.ts';
import { fromJson } from '../json-text.ts';
import type { ScheduleRecord } from '../schedule-ledger.ts';
import type { ScheduleTable } from '../schedule-tables.ts';
import type { VerbContext } from './context.ts';

export type ScheduleRow = Selectable<ScheduleTable>;

/** The one that goes by this id now. */
export async function findSchedule(ctx: VerbContext, jobId: JobId): Promise<ScheduleRow | null> {
  const row = await ctx.trx
    .selectFrom('schedules')
    .selectAll()
    .where('job_id', '=', jobId)
    .where('deleted_at_ms', 'is', null)
    .executeTakeFirst();
  return row ?? null;
}

/** Null: it was deleted. */
export async function findScheduleByUid(ctx: VerbContext, uid: JobUid): Promise<ScheduleRow | null> {
  const row = await ctx.trx
    .selectFrom('schedules')
    .selectAll()
    .where('uid', '=', uid)
    .where('deleted_at_ms', 'is', null)
    .executeTakeFirst();
  return row ?? null;
}

export async function countPending(ctx: VerbContext, uid: JobUid): Promise<number> {
  const { pending } = await ctx.trx
    .selectFrom('schedule_changes')
    .where('uid', '=', uid)
    .select(({ fn }) => fn.countAll<number>().as('pending'))
    .executeTakeFirstOrThrow();
  return pending;
}

export function toScheduleRecord(row: ScheduleRow, spec: JobSpec, pending: number): ScheduleRecord {
  const { sinceMs: timedSinceMs = row.changed_at_ms, ...timing } = fromJson(row.timing);
  return {
    uid: row.uid,
    jobId: row.job_id,
    pool: row.pool,
    project: row.project,
    owner: row.owner,
    spec,
    metadata: fromJson(row.metadata),
    bundleDigest: row.bundle_digest,
    timing,
    timedSinceMs,
    rules: fromJson(row.rules),
    paused: row.paused === 1,
    note: row.note,
    createdAtMs: row.created_at_ms,
    changedAtMs: row.changed_at_ms,
    pending,
  };
}
