import type { RunRef } from '../../model/bookkeeping.ts';
import { closeWorkflowId } from '../../model/names.ts';
import type { VerbContext } from './context.ts';

/**
 * The run's number within its job: the one it has, or one above all others when it speaks for the first time. A run
 * that is not the newest is superseded, and what it says changes nothing. The runs of close:<uid> count like any other.
 */
export async function takeRunOrdinal(
  ctx: VerbContext,
  run: RunRef,
): Promise<{ readonly ordinal: number; readonly isNewest: boolean }> {
  const known = await ctx.trx
    .selectFrom('runs')
    .select(['run_id', 'ordinal'])
    .where('uid', '=', run.uid)
    .orderBy('ordinal', 'desc')
    .execute();
  const highest = known[0]?.ordinal ?? 0;
  const own = known.find((other) => other.run_id === run.runId);
  if (own !== undefined) return { ordinal: own.ordinal, isNewest: own.ordinal === highest };
  const ordinal = highest + 1;
  await ctx.trx.insertInto('runs').values({ uid: run.uid, run_id: run.runId, ordinal }).execute();
  return { ordinal, isNewest: true };
}

/** A run of close:<uid>, which ends what the job's own workflow left. */
export const isClosingRun = (run: Pick<RunRef, 'runId'>): boolean => run.runId.startsWith(closeWorkflowId(''));
