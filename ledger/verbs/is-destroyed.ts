import type { Epoch, HostName, JobUid } from '../../model/ids.ts';
import { compareEpochs } from '../../scheduling/epoch.ts';
import type { VerbContext } from './context.ts';

/**
 * A removed host held nothing of ours or was removed as destroyed, so it counts for what this ledger has no placement
 * of, and goes on to count when a host of the same name has joined since: what was given before is not that one's.
 * Where there is a placement, only its own proof counts.
 */
export async function isDestroyed(
  ctx: VerbContext,
  input: { readonly uid: JobUid; readonly epoch: Epoch; readonly host: HostName },
): Promise<boolean> {
  const placement = await ctx.trx
    .selectFrom('placements')
    .select('proof')
    .where('uid', '=', input.uid)
    .where('generation', '=', input.epoch.generation)
    .where('counter', '=', input.epoch.counter)
    .executeTakeFirst();
  if (placement !== undefined) return placement.proof === 'host_destroyed';
  const host = await ctx.trx
    .selectFrom('hosts')
    .select(['condition', 'gone_generation as generation', 'gone_counter as counter'])
    .where('name', '=', input.host)
    .executeTakeFirst();
  if (host === undefined || host.condition === 'removed') return host !== undefined;
  const { generation, counter } = host;
  return generation !== null && counter !== null && compareEpochs(input.epoch, { generation, counter }) <= 0;
}
