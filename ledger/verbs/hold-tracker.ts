import type { TrackerHold } from '../tracker-books.ts';
import type { VerbContext } from './context.ts';

/**
 * A lease without clocks: who wants to take over names the sign of life that it watched for the lease's whole length,
 * on its own clock, and gets the tracker only if no other has come since.
 */
export async function holdTracker(
  ctx: VerbContext,
  input: { readonly tracker: string; readonly holder: string; readonly over: TrackerHold | null },
): Promise<TrackerHold | null> {
  const now = await ctx.trx
    .selectFrom('trackers')
    .select(['holder', 'beat'])
    .where('name', '=', input.tracker)
    .executeTakeFirst();
  if (now === undefined) return null;
  const isFree = now.holder === '' || now.holder === input.holder;
  const isDead = now.holder === input.over?.holder && now.beat === input.over.beat;
  if (!isFree && !isDead) return now;
  const next = { holder: input.holder, beat: now.beat + 1 };
  await ctx.trx.updateTable('trackers').set(next).where('name', '=', input.tracker).execute();
  return next;
}
