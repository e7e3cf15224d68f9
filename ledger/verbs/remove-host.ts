import type { HostName } from '../../model/ids.ts';
import type { RemoveHostResult } from '../../model/bookkeeping.ts';
import { toJson } from '../json-text.ts';
import type { VerbContext } from './context.ts';
import { presentGeneration } from './counters.ts';
import { hostHolds, placementsKeeping } from './host-holds.ts';
import { addOutboxEntry } from './outbox-entry.ts';
import { releasePlacement } from './release-placement.ts';
import { strangerReplicas } from './strangers.ts';

/**
 * Takes a host out of its pool. What it still holds keeps it there, unless an operator says that it is destroyed: then
 * each placement is given back on that proof and its job is told, so that it ends or waits again; whoever waits for the
 * host to bring down what is no placement is told as well. A host that is up is not destroyed, whoever says so. Said again
 * of one that was removed, it also counts for what the ledger, restored from an older copy, has heard of since.
 */
export async function removeHost(
  ctx: VerbContext,
  input: { readonly name: HostName; readonly destroyed: boolean },
): Promise<RemoveHostResult> {
  const row = await ctx.trx.selectFrom('hosts').select('condition').where('name', '=', input.name).executeTakeFirst();
  if (row === undefined) return { kind: 'removed' };
  if (row.condition === 'removed') {
    if (input.destroyed) await markGone(ctx, input.name);
    return { kind: 'removed' };
  }
  if (input.destroyed && row.condition === 'up') return { kind: 'up' };
  const holds = await hostHolds(ctx, input);
  if (holds > 0 && !input.destroyed) return { kind: 'holds', held: holds };
  const because = `host ${input.name} was removed as destroyed`;
  for (const { uid, jobId, host, placement } of await strangerReplicas(ctx)) {
    if (host !== input.name) continue;
    const signal = { uid, epoch: placement.epoch, host, because };
    await addOutboxEntry(ctx, { uid, jobId, message: { kind: 'host_lost', signal }, delayMs: 0 });
  }
  for (const { uid, job_id: jobId, generation, counter } of await placementsKeeping(ctx, input.name)) {
    const epoch = { generation, counter };
    await releasePlacement(ctx, uid, { epoch, proof: 'host_destroyed' });
    const signal = { uid, epoch, host: input.name, because };
    await addOutboxEntry(ctx, { uid, jobId, message: { kind: 'host_lost', signal }, delayMs: 0 });
  }
  const none = { unknown_held: toJson<readonly never[]>([]), workers: toJson<readonly never[]>([]) };
  await ctx.trx
    .updateTable('hosts')
    .set({ condition: 'removed', condition_since_ms: ctx.nowMs, ...none })
    .where('name', '=', input.name)
    .execute();
  await markGone(ctx, input.name);
  ctx.touch('queue');
  ctx.touch('hosts');
  return { kind: 'removed' };
}

/** All that was given until now under this name is gone. */
async function markGone(ctx: VerbContext, name: HostName): Promise<void> {
  const { generation: gone_generation, epoch_counter: gone_counter } = await presentGeneration(ctx);
  await ctx.trx.updateTable('hosts').set({ gone_generation, gone_counter }).where('name', '=', name).execute();
}
