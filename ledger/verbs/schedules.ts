import type { JobId } from '../../model/ids.ts';
import type { ScheduleRecord } from '../schedule-ledger.ts';
import type { VerbContext } from './context.ts';
import { countPending, findSchedule, toScheduleRecord } from './schedule-row.ts';
import { specOfDigest } from './spec-of-digest.ts';

export async function schedule(ctx: VerbContext, input: { readonly jobId: JobId }): Promise<ScheduleRecord | null> {
  const row = await findSchedule(ctx, input.jobId);
  if (row === null) return null;
  return toScheduleRecord(row, await specOfDigest(ctx, row.spec_digest), await countPending(ctx, row.uid));
}

export async function schedules(
  ctx: VerbContext,
  input: { readonly project: string | null },
): Promise<readonly ScheduleRecord[]> {
  const { project } = input;
  const rows = await ctx.trx
    .selectFrom('schedules')
    .innerJoin('specs', 'specs.digest', 'schedules.spec_digest')
    .selectAll('schedules')
    .select('specs.sealed')
    .where('deleted_at_ms', 'is', null)
    .$if(project !== null, (some) => some.where('project', '=', project ?? ''))
    .orderBy('created_at_ms')
    .orderBy('schedules.uid')
    .execute();
  const changes = await ctx.trx.selectFrom('schedule_changes').select('uid').execute();
  const pending = new Map<string, number>();
  for (const { uid } of changes) pending.set(uid, (pending.get(uid) ?? 0) + 1);
  return rows.map((row) => toScheduleRecord(row, ctx.sealer.unseal(row.sealed), pending.get(row.uid) ?? 0));
}
