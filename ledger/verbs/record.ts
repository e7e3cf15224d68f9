import type { RecordInput, RecordResult } from '../../model/bookkeeping.ts';
import { fromJson, toJson } from '../json-text.ts';
import { applyEntry } from './apply-entry.ts';
import type { VerbContext } from './context.ts';
import { expectJob } from './find-job.ts';
import { forgetUnknown } from './forget-unknown.ts';
import { keepCollected } from './keep-collected.ts';
import { releasePlacement } from './release-placement.ts';
import { isClosingRun, takeRunOrdinal } from './run-ordinal.ts';
import { settleLogs } from './settle-logs.ts';

/** A repeat of (uid, run ordinal, sequence) answers what the first one answered and changes nothing. */
export async function record(ctx: VerbContext, input: RecordInput): Promise<RecordResult> {
  const row = await expectJob(ctx, input.uid);
  const { ordinal, isNewest } = await takeRunOrdinal(ctx, input);
  const earlier = await ctx.trx
    .selectFrom('records')
    .select('answer')
    .where('uid', '=', input.uid)
    .where('run_ordinal', '=', ordinal)
    .where('sequence', '=', input.sequence)
    .executeTakeFirst();
  if (earlier !== undefined) return fromJson(earlier.answer);
  if (!isNewest) return { kind: 'superseded' };

  if (input.collected !== null) await keepCollected(ctx, row, input.collected);
  const answer = await applyEntry(ctx, row, input.entry);
  if (input.release !== null) {
    await releasePlacement(ctx, input.uid, input.release);
    // That a host was called destroyed is no proof of what it says itself when it comes back.
    const isGone = input.release.proof !== 'host_destroyed';
    if (isGone) await forgetUnknown(ctx, { uid: input.uid, epoch: input.release.epoch });
  }
  // The end comes after the collecting: no host ships anything of it any more, whatever this ledger saw of that.
  if (input.entry.kind === 'outcome' && (input.collected !== null || isClosingRun(input))) {
    await ctx.trx.updateTable('log_streams').set({ finished: 1 }).where('uid', '=', input.uid).execute();
    await ctx.trx.updateTable('jobs').set({ logs_complete: 1 }).where('uid', '=', input.uid).execute();
    ctx.touch(`log:${input.uid}`);
  }
  await settleLogs(ctx, input.uid);
  await ctx.trx.updateTable('jobs').set({ last_heard_at_ms: ctx.nowMs }).where('uid', '=', input.uid).execute();
  await ctx.trx
    .insertInto('records')
    .values({
      uid: input.uid,
      run_ordinal: ordinal,
      sequence: input.sequence,
      at_ms: ctx.nowMs,
      entry: toJson(input.entry),
      answer: toJson(answer),
    })
    .execute();
  return answer;
}
