import type { RecordHostResult } from '../../model/bookkeeping.ts';
import type { HostStanding } from '../../model/host.ts';
import type { HostName } from '../../model/ids.ts';
import type { VerbContext } from './context.ts';

/** Only a higher revision than the last one counts: what comes late or twice changes nothing. */
export async function recordHost(
  ctx: VerbContext,
  input: { readonly name: HostName; readonly revision: number; readonly standing: HostStanding },
): Promise<RecordHostResult> {
  const { condition, sinceMs, cordoned, drain } = input.standing;
  const changed = await ctx.trx
    .updateTable('hosts')
    .set({
      condition,
      condition_since_ms: sinceMs,
      cordoned: cordoned ? 1 : 0,
      draining: drain === null ? 0 : 1,
      drain_deadline_ms: drain?.deadlineMs ?? null,
      revision: input.revision,
    })
    .where('name', '=', input.name)
    .where('revision', '<', input.revision)
    .where('condition', '!=', 'removed')
    .returning('name')
    .execute();
  if (changed.length > 0) {
    ctx.touch('queue');
    ctx.touch('hosts');
    return { removed: false };
  }
  const row = await ctx.trx.selectFrom('hosts').select('condition').where('name', '=', input.name).executeTakeFirst();
  return { removed: row?.condition === 'removed' };
}
