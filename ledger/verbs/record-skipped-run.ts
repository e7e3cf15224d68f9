import type { JobUid } from '../../model/ids.ts';
import { keepRun, runIdOf } from './admit-scheduled.ts';
import type { VerbContext } from './context.ts';

/** The first word on a run stays: one that was admitted is not skipped. */
export async function recordSkippedRun(
  ctx: VerbContext,
  input: {
    readonly scheduleUid: JobUid;
    readonly nominalMs: number;
    readonly starterRunId: string;
    readonly because: string;
  },
): Promise<void> {
  const schedule = await ctx.trx
    .selectFrom('schedules')
    .select(['uid', 'job_id', 'timing'])
    .where('uid', '=', input.scheduleUid)
    .executeTakeFirst();
  if (schedule === undefined) return;
  const run = { nominalMs: input.nominalMs, starter: { workflowId: '', runId: input.starterRunId } };
  await keepRun(ctx, schedule, run, runIdOf(schedule, input.nominalMs), { uid: null, because: input.because });
}
