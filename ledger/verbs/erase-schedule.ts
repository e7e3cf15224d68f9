import type { Digest } from '../../model/ids.ts';
import { toJson } from '../json-text.ts';
import type { VerbContext } from './context.ts';
import { dropSpec, noSpec } from './drop-spec.ts';
import { promiseChange } from './promise-change.ts';
import type { ScheduleRow } from './schedule-row.ts';

/**
 * Takes a schedule out of every answer, its spec with it, and drops what Temporal was still to be told. What is left of
 * its row is what the changes promised from here on refer to; it goes with the last of them.
 */
export async function eraseSchedule(ctx: VerbContext, row: ScheduleRow): Promise<void> {
  await ctx.trx
    .updateTable('schedules')
    .set({
      ...{ deleted_at_ms: ctx.nowMs, spec_digest: await noSpec(ctx), bundle_digest: null },
      ...{ project: '', owner: '', image: '', metadata: toJson<unknown>(null), note: '' },
    })
    .where('uid', '=', row.uid)
    .execute();
  await dropSpec(ctx, row.spec_digest);
  await ctx.trx.deleteFrom('schedule_changes').where('uid', '=', row.uid).execute();
}

/**
 * Promises to remove the bundles that nobody but the schedule had: runs, and a job of the same id, keep theirs.
 * `keepUpload`: the next job or schedule of the id is to have the one that was uploaded last.
 */
export async function promiseDiscard(ctx: VerbContext, row: ScheduleRow, keepUpload: boolean): Promise<void> {
  const digests = row.bundle_digest === null ? [] : [row.bundle_digest];
  if (row.bundle_digest !== null && !keepUpload) digests.push(...(await takeUploads(ctx, row)));
  await promiseChange(ctx, row, { kind: 'discard', digests: [...new Set(digests)] }, 0);
}

/** A job of the same id has them too: they go when that is deleted. */
async function takeUploads(ctx: VerbContext, { job_id: jobId }: ScheduleRow): Promise<readonly Digest[]> {
  const job = ctx.trx.selectFrom('jobs').select('uid').where('job_id', '=', jobId).where('current', '=', 1);
  if ((await job.executeTakeFirst()) !== undefined) return [];
  const last = await ctx.trx.deleteFrom('bundles').where('job_id', '=', jobId).returning('digest').execute();
  const before = await ctx.trx.deleteFrom('replaced_blobs').where('job_id', '=', jobId).returning('digest').execute();
  return [...last, ...before].map(({ digest }) => digest);
}
