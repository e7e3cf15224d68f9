import type { ClaimResult, RunRef } from '../../model/bookkeeping.ts';
import type { Epoch } from '../../model/ids.ts';
import { isSameEpoch, liveEpoch, outcomeOf } from '../job-row.ts';
import type { VerbContext } from './context.ts';
import { expectJob, findLivePlacement } from './find-job.ts';
import { takeRunOrdinal } from './run-ordinal.ts';

export async function claim(ctx: VerbContext, input: RunRef & { readonly epoch: Epoch }): Promise<ClaimResult> {
  const row = await expectJob(ctx, input.uid);
  const { ordinal, isNewest } = await takeRunOrdinal(ctx, input);
  if (!isNewest) return { kind: 'superseded' };
  const outcome = outcomeOf(row);
  if (outcome !== null) return { kind: 'ended', outcome };
  const asked = `placement ${input.epoch.generation}.${input.epoch.counter}`;
  if (row.withdrawn_at_ms !== null) return { kind: 'refused', because: `${asked} is of a withdrawn job` };
  if (!isSameEpoch(liveEpoch(row), input.epoch)) return { kind: 'refused', because: `${asked} is not the newest one` };
  const placement = await findLivePlacement(ctx, row);
  if (placement === null || placement.released_at_ms !== null) {
    return { kind: 'refused', because: `${asked} was given back` };
  }
  await ctx.trx
    .updateTable('placements')
    .set({ claimed_ordinal: ordinal })
    .where('uid', '=', row.uid)
    .where('generation', '=', input.epoch.generation)
    .where('counter', '=', input.epoch.counter)
    .execute();
  const preparing = {
    state: 'preparing',
    reason: 'preparing',
    sentence: `Being prepared on ${placement.host}.`,
  } as const;
  await ctx.trx
    .updateTable('jobs')
    .set({ last_heard_at_ms: ctx.nowMs, ...(row.state === 'placed' ? preparing : {}) })
    .where('uid', '=', row.uid)
    .execute();
  ctx.touch(`job:${row.uid}`);
  return { kind: 'claimed' };
}
