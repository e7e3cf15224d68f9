import type { Outcome } from '../../model/job-record.ts';
import { kindOfEnd } from '../../model/tracker-event.ts';
import { outcomeOf, type JobRow } from '../job-row.ts';
import { toJson } from '../json-text.ts';
import type { VerbContext } from './context.ts';
import { track } from './track.ts';

/** Stores the job's end and answers the end it has: the first one stored stays. Placements stay held until released. */
export async function endJob(ctx: VerbContext, row: JobRow, outcome: Outcome): Promise<Outcome> {
  const earlier = outcomeOf(row);
  if (earlier !== null) return earlier;
  const end = {
    state: outcome.state,
    reason: outcome.reason,
    sentence: outcome.sentence,
    exit: outcome.exit === null ? null : toJson(outcome.exit),
    ended_at_ms: ctx.nowMs,
    // What ends within moments is recorded before its host's word that it began.
    started_at_ms: row.started_at_ms ?? outcome.exit?.startedAtMs ?? null,
  };
  await ctx.trx.updateTable('jobs').set(end).where('uid', '=', row.uid).execute();
  await track(ctx, kindOfEnd[outcome.state], [{ ...row, ...end }]);
  ctx.touch('queue');
  ctx.touch(`job:${row.uid}`);
  return outcome;
}
