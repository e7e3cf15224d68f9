import { jobIdSchema, type JobId, type JobUid } from '../../model/ids.ts';
import type { AdmitScheduledInput, AdmitScheduledResult } from '../../model/scheduled-run.ts';
import { runSuffix } from '../../scheduling/cron/run-suffix.ts';
import { fromJson } from '../json-text.ts';
import { enqueue, findOpen } from './admit.ts';
import type { VerbContext } from './context.ts';
import { expectJob } from './find-job.ts';
import type { ScheduleRow } from './schedule-row.ts';
import { specOfDigest } from './spec-of-digest.ts';
import { countWaiting } from './waiting-jobs.ts';

/** Longer than the starter takes for its next step; the outbox looks whether it still lives before it steps in. */
const START_DELAY_MS = 10_000;

export async function admitScheduled(
  ctx: VerbContext,
  input: AdmitScheduledInput & { readonly uid: JobUid; readonly maxQueued: number },
): Promise<AdmitScheduledResult> {
  const before = await ctx.trx
    .selectFrom('schedule_runs')
    .select(['uid', 'skipped_because'])
    .where('schedule_uid', '=', input.scheduleUid)
    .where('starter_run_id', '=', input.starter.runId)
    .executeTakeFirst();
  if (before !== undefined) {
    if (before.uid === null) return { kind: 'skipped', because: before.skipped_because ?? 'skipped' };
    return { kind: 'admitted', input: fromJson((await expectJob(ctx, before.uid)).input) };
  }
  const schedule = await ctx.trx
    .selectFrom('schedules')
    .selectAll()
    .where('uid', '=', input.scheduleUid)
    .executeTakeFirst();
  if (schedule === undefined) return { kind: 'skipped', because: 'the ledger does not know this schedule' };
  const jobId = runIdOf(schedule, input.nominalMs);
  const skip = async (because: string): Promise<AdmitScheduledResult> => {
    await keepRun(ctx, schedule, input, jobId, { uid: null, because });
    return { kind: 'skipped', because };
  };
  if (schedule.deleted_at_ms !== null) return skip('the schedule was deleted');
  if ((await findOpen(ctx, { jobId })) !== null) return skip(`a job ${jobId} is open already`);
  if ((await countWaiting(ctx, schedule.pool)) >= input.maxQueued) {
    return { kind: 'queue_full', limit: input.maxQueued };
  }

  const spec = { ...(await specOfDigest(ctx, schedule.spec_digest)), bundleFolder: schedule.job_id };
  const { uid, starter } = input;
  const { pool, project, owner } = schedule;
  const metadata = fromJson(schedule.metadata);
  const digests = { specDigest: ctx.sealer.digest(spec), bundleDigest: schedule.bundle_digest };
  const job = { uid, jobId, pool, project, owner, spec, metadata };
  const { input: jobInput } = await enqueue(ctx, job, digests, { delayMs: START_DELAY_MS, starter });
  await keepRun(ctx, schedule, input, jobId, { uid, because: null });
  return { kind: 'admitted', input: jobInput };
}

export const runIdOf = (schedule: Pick<ScheduleRow, 'job_id' | 'timing'>, nominalMs: number): JobId =>
  jobIdSchema.parse(`${schedule.job_id}_${runSuffix(fromJson(schedule.timing).timeZone, nominalMs)}`);

export async function keepRun(
  ctx: VerbContext,
  schedule: Pick<ScheduleRow, 'uid'>,
  { nominalMs, starter }: Pick<AdmitScheduledInput, 'nominalMs' | 'starter'>,
  jobId: JobId,
  what: { readonly uid: JobUid | null; readonly because: string | null },
): Promise<void> {
  await ctx.trx
    .insertInto('schedule_runs')
    .values({
      schedule_uid: schedule.uid,
      starter_run_id: starter.runId,
      nominal_at_ms: nominalMs,
      job_id: jobId,
      uid: what.uid,
      skipped_because: what.because,
      at_ms: ctx.nowMs,
    })
    .onConflict((conflict) => conflict.columns(['schedule_uid', 'starter_run_id']).doNothing())
    .execute();
}
