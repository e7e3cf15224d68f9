import type { Progress, RecordInput, RecordResult } from '../../model/bookkeeping.ts';
import { outcomeOf, type JobRow } from '../job-row.ts';
import { isWaiting, progressRank } from '../job-states.ts';
import type { VerbContext } from './context.ts';
import { endJob } from './end-job.ts';
import { endWithoutSpec, isSpecLost } from './lost-spec.ts';
import { releaseUnclaimed } from './release-placement.ts';
import { requeue } from './requeue.ts';
import { track } from './track.ts';

/** What one record of a job's newest run does to its row. An ended job is never moved: its run is told the outcome. */
export async function applyEntry(ctx: VerbContext, row: JobRow, entry: RecordInput['entry']): Promise<RecordResult> {
  const ended = outcomeOf(row);
  switch (entry.kind) {
    case 'progress':
      if (ended !== null) return { kind: 'ended', outcome: ended };
      await applyProgress(ctx, row, entry.progress);
      return { kind: 'recorded' };
    case 'requeue':
      if (ended !== null) return { kind: 'ended', outcome: ended };
      await releaseUnclaimed(ctx, row.uid);
      if (await isSpecLost(ctx, row.spec_digest)) {
        return { kind: 'ended', outcome: await endWithoutSpec(ctx, row, `It was to wait again (${entry.sentence}).`) };
      }
      await requeue(ctx, row, entry);
      return { kind: 'recorded' };
    case 'outcome': {
      const outcome = await endJob(ctx, row, entry.outcome);
      await releaseUnclaimed(ctx, row.uid);
      return { kind: 'ended', outcome };
    }
  }
}

/**
 * A host's notice may have been faster, and a stop may have been asked for since: within one attempt a job only moves
 * forward. A job that waits is placed by the planner alone, and one that is placed waits again only by a requeue.
 */
async function applyProgress(ctx: VerbContext, row: JobRow, progress: Progress): Promise<void> {
  if (isWaiting(progress.state) !== isWaiting(row.state)) return;
  if (progress.attempt < row.attempt) return;
  const isBehind = progressRank[progress.state] < progressRank[row.state];
  if (isBehind && progress.attempt === row.attempt) return;
  const reached = {
    state: progress.state,
    reason: progress.reason,
    sentence: progress.sentence,
    attempt: progress.attempt,
    ...(progress.state === 'running' && row.started_at_ms === null ? { started_at_ms: ctx.nowMs } : {}),
  };
  await ctx.trx.updateTable('jobs').set(reached).where('uid', '=', row.uid).execute();
  const isNew = row.state !== 'running' || progress.attempt !== row.attempt;
  if (progress.state === 'running' && isNew) await track(ctx, 'running', [{ ...row, ...reached }]);
  ctx.touch(`job:${row.uid}`);
}
