import { LongshoreError } from '../../model/error.ts';
import type { JobUid } from '../../model/ids.ts';
import type { JobRow, PlacementRow } from '../job-row.ts';
import type { VerbContext } from './context.ts';

export async function findJob(ctx: VerbContext, uid: JobUid): Promise<JobRow | null> {
  return (await ctx.trx.selectFrom('jobs').selectAll().where('uid', '=', uid).executeTakeFirst()) ?? null;
}

/** For verbs whose caller can only know the uid from this ledger. */
export async function expectJob(ctx: VerbContext, uid: JobUid): Promise<JobRow> {
  const row = await findJob(ctx, uid);
  if (row !== null) return row;
  throw new LongshoreError(
    'unknown_job',
    `The ledger has no job with uid ${uid}. If the ledger was restored from a backup, the job is newer than it.`,
    { details: { uid } },
  );
}

/** For what must not come back once its job was deleted. */
export async function expectKept(ctx: VerbContext, uid: JobUid): Promise<void> {
  const { forgotten_with: deletedWith, job_id: jobId } = await expectJob(ctx, uid);
  if (deletedWith !== null) throw new LongshoreError('unknown_job', `Job ${jobId} (${uid}) was deleted.`);
}

/** The row of the job's newest placement, released or not; null while it waits. */
export async function findLivePlacement(ctx: VerbContext, row: JobRow): Promise<PlacementRow | null> {
  if (row.live_generation === null || row.live_counter === null) return null;
  const placement = await ctx.trx
    .selectFrom('placements')
    .selectAll()
    .where('uid', '=', row.uid)
    .where('generation', '=', row.live_generation)
    .where('counter', '=', row.live_counter)
    .executeTakeFirst();
  return placement ?? null;
}
