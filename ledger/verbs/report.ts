import type { Notice } from '../../model/notice.ts';
import { isFinal } from '../job-states.ts';
import { isSameEpoch, liveEpoch, type JobRow } from '../job-row.ts';
import { toJson } from '../json-text.ts';
import type { VerbContext } from './context.ts';
import { findJob } from './find-job.ts';
import { forgetUnknown } from './forget-unknown.ts';
import { track } from './track.ts';

/** Repeats are the same facts. Notices about a job this ledger does not have are dropped. */
export async function report(ctx: VerbContext, input: { readonly notices: readonly Notice[] }): Promise<void> {
  for (const notice of input.notices) {
    if (notice.kind === 'exited') await forgetUnknown(ctx, notice.replica);
    const row = await findJob(ctx, notice.replica.uid);
    if (row === null) continue;
    await keepFact(ctx, notice);
    const changes = consequence(ctx, row, notice);
    await ctx.trx.updateTable('jobs').set(changes).where('uid', '=', row.uid).execute();
    if (changes.state === 'running') await track(ctx, 'running', [{ ...row, ...changes }]);
    if (notice.kind === 'orphaned') ctx.touch('sweep');
    ctx.touch(`job:${row.uid}`);
  }
}

async function keepFact(ctx: VerbContext, notice: Notice): Promise<void> {
  const { uid, epoch, role, replica } = notice.replica;
  await ctx.trx
    .insertInto('facts')
    .values({
      uid,
      generation: epoch.generation,
      counter: epoch.counter,
      role,
      replica,
      kind: notice.kind,
      notice: toJson(notice),
      received_at_ms: ctx.nowMs,
    })
    .onConflict((conflict) => conflict.doNothing())
    .execute();
}

/** What the host saw may move a live epoch forward; it never ends a job and never releases. */
function consequence(ctx: VerbContext, row: JobRow, notice: Notice): Partial<JobRow> {
  if (notice.kind === 'orphaned') return { last_heard_at_ms: 0 };
  const heard = { last_heard_at_ms: ctx.nowMs };
  if (isFinal(row.state) || !isSameEpoch(liveEpoch(row), notice.replica.epoch)) return heard;
  switch (notice.kind) {
    case 'started': {
      const started = { ...heard, started_at_ms: row.started_at_ms ?? notice.atMs };
      if (row.state !== 'placed' && row.state !== 'preparing') return started;
      return { ...started, state: 'running', reason: 'started', sentence: 'Runs.' };
    }
    case 'exited': {
      if (row.state !== 'running') return heard;
      const { exitCode } = notice.exit;
      return {
        ...heard,
        state: 'stopping',
        reason: exitCode === 0 ? 'completed' : 'exit_nonzero',
        sentence: `Its container ended with exit code ${exitCode}; its logs and artifacts are being collected.`,
      };
    }
  }
}
