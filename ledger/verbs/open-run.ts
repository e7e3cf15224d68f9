import type { OpenRunResult, RunRef } from '../../model/bookkeeping.ts';
import type { Exit } from '../../model/replica.ts';
import { outcomeOf, toPlacement, type JobRow } from '../job-row.ts';
import { fromJson } from '../json-text.ts';
import { confirmStart } from './confirm-start.ts';
import type { VerbContext } from './context.ts';
import { findJob, findLivePlacement } from './find-job.ts';
import { requeue } from './requeue.ts';
import { isClosingRun, takeRunOrdinal } from './run-ordinal.ts';

export async function openRun(ctx: VerbContext, run: RunRef): Promise<OpenRunResult> {
  const row = await findJob(ctx, run.uid);
  if (row === null) return { kind: 'absent' };
  if (row.withdrawn_at_ms !== null) return { kind: 'withdrawn' };
  const { isNewest } = await takeRunOrdinal(ctx, run);
  if (!isNewest) return { kind: 'superseded' };
  const outcome = outcomeOf(row);
  if (outcome !== null) return { kind: 'ended', outcome };
  const isClosing = isClosingRun(run);
  if (!isClosing) await welcome(ctx, row);

  const placement = await findLivePlacement(ctx, row);
  if (placement === null) return { kind: 'go', attempt: row.attempt, placement: null, exit: null };
  if (placement.released_at_ms === null) {
    return { kind: 'go', attempt: row.attempt, placement: toPlacement(placement), exit: null };
  }
  const exit = await reportedExit(ctx, row);
  if (exit === null && !isClosing) await waitAgain(ctx, row);
  return { kind: 'go', attempt: row.attempt, placement: null, exit };
}

/** A run of the job itself, unlike the one that closes it, is a workflow that lives and may be given a placement. */
async function welcome(ctx: VerbContext, row: JobRow): Promise<void> {
  await confirmStart(ctx, row);
  await ctx.trx
    .updateTable('jobs')
    .set({ last_heard_at_ms: ctx.nowMs, workflow_closed: 0 })
    .where('uid', '=', row.uid)
    .execute();
}

/** Released, and nothing says how it ended (it never started, or was gone): without this nobody would place it again. */
async function waitAgain(ctx: VerbContext, row: JobRow): Promise<void> {
  const sentence = 'Its workflow was reset; it waits for a host with room.';
  await requeue(ctx, row, { attempt: row.attempt, reason: 'waiting_for_placement', sentence });
}

async function reportedExit(ctx: VerbContext, row: JobRow): Promise<Exit | null> {
  const fact = await ctx.trx
    .selectFrom('facts')
    .select('notice')
    .where('uid', '=', row.uid)
    .where('generation', '=', row.live_generation)
    .where('counter', '=', row.live_counter)
    .where('kind', '=', 'exited')
    .executeTakeFirst();
  if (fact === undefined) return null;
  const notice = fromJson(fact.notice);
  return notice.kind === 'exited' ? notice.exit : null;
}
