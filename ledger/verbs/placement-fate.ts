import type { Epoch, HostName, JobUid } from '../../model/ids.ts';
import { compareEpochs } from '../../scheduling/epoch.ts';
import type { HostTable } from '../schema.ts';
import type { VerbContext } from './context.ts';

type GoneMark = Pick<HostTable, 'gone_generation' | 'gone_counter'>;

/** Whether what went by the host's name under this epoch was gone when the host was last removed. */
export function isCoveredBy({ gone_generation: generation, gone_counter: counter }: GoneMark, epoch: Epoch): boolean {
  return generation !== null && counter !== null && compareEpochs(epoch, { generation, counter }) <= 0;
}

/**
 * A removed host held nothing of ours or was removed as destroyed, so its removal counts for what had been given until
 * then and this ledger has no placement of, and goes on to count when a host of the same name has joined since: what
 * was given before is not that one's. Where there is a placement, only its own proof counts.
 *
 * `unheard`: of a host that this ledger does not know, or knows as removed before this was given. It joined after this
 * ledger's copy was made, and only its hello tells.
 */
export async function placementFate(
  ctx: VerbContext,
  input: { readonly uid: JobUid; readonly epoch: Epoch; readonly host: HostName },
): Promise<'destroyed' | 'stands' | 'unheard'> {
  const placement = await ctx.trx
    .selectFrom('placements')
    .select('proof')
    .where('uid', '=', input.uid)
    .where('generation', '=', input.epoch.generation)
    .where('counter', '=', input.epoch.counter)
    .executeTakeFirst();
  if (placement !== undefined) return placement.proof === 'host_destroyed' ? 'destroyed' : 'stands';
  const host = await ctx.trx
    .selectFrom('hosts')
    .select(['condition', 'gone_generation', 'gone_counter'])
    .where('name', '=', input.host)
    .executeTakeFirst();
  if (host === undefined) return 'unheard';
  if (isCoveredBy(host, input.epoch)) return 'destroyed';
  return host.condition === 'removed' ? 'unheard' : 'stands';
}
