import type { RestateResult, Statement } from '../../model/bookkeeping.ts';
import { compareEpochs } from '../../scheduling/epoch.ts';
import { liveEpoch, outcomeOf, type JobRow } from '../job-row.ts';
import { confirmStart } from './confirm-start.ts';
import type { VerbContext } from './context.ts';
import { expectJob, findJob } from './find-job.ts';
import { endWithoutSpec, isSpecLost } from './lost-spec.ts';
import { addOutboxEntry } from './outbox-entry.ts';
import { endUnbegunNamesake, insertMissing } from './missing-row.ts';
import { raiseGeneration } from './hello.ts';
import { placementFate } from './placement-fate.ts';
import { releasePlacement } from './release-placement.ts';
import { giveBackBut, takePlace } from './take-place.ts';
import { requeue } from './requeue.ts';
import { settleReported } from './settle-reported.ts';
import { takeRunOrdinal } from './run-ordinal.ts';
import { settleLogs } from './settle-logs.ts';

/**
 * A workflow claims a placement only after it has proven every earlier one gone, so its statement settles them all:
 *
 *   the ledger has      the workflow waits            the workflow is at epoch c
 *   no row              a row, last in the queue      a row at c
 *   nothing live        as it is                      at c
 *   live up to c        waits again                   at c; what is below is given back
 *   live above c        as it is: it is being told    at c; what is above was never claimed and is given back
 *
 * A record of the same run that was not answered when it spoke is newer than the statement, which then changes nothing.
 */
export async function restate(ctx: VerbContext, said: Statement): Promise<RestateResult> {
  const { uid, input, at } = said;
  const fate = at === null ? 'stands' : await placementFate(ctx, { uid, ...at.placement });
  if (at !== null && fate === 'unheard') {
    // Whoever removes that host from now on means this placement as well.
    await raiseGeneration(ctx, at.placement.epoch);
    return { kind: 'not_now', because: `host ${at.placement.host} has not said hello yet` };
  }
  if ((await findJob(ctx, uid)) === null) {
    await endUnbegunNamesake(ctx, input);
    const because = await insertMissing(ctx, input, { state: 'queued', start_confirmed: 1 });
    if (because !== null) return { kind: 'not_now', because };
  }
  const row = await expectJob(ctx, uid);
  if (row.withdrawn_at_ms !== null || outcomeOf(row) !== null || (await knowsBetter(ctx, said))) {
    return { kind: 'restated' };
  }
  await confirmStart(ctx, row);
  if (at === null) await waitAgain(ctx, row, said);
  else await stand(ctx, row, { ...at, attempt: said.attempt }, fate === 'destroyed');
  if (said.claimed !== null) await settleReported(ctx, row, said.claimed);
  await ctx.trx
    .updateTable('jobs')
    .set({ last_heard_at_ms: ctx.nowMs, workflow_closed: 0 })
    .where('uid', '=', uid)
    .execute();
  return { kind: 'restated' };
}

/** Nobody tells a job that its host was removed when that is said of before the ledger knew that it was there. */
async function stand(
  ctx: VerbContext,
  row: JobRow,
  place: Parameters<typeof takePlace>[2],
  isLost: boolean,
): Promise<void> {
  const { uid, job_id: jobId } = row;
  const { epoch, host } = place.placement;
  await takePlace(ctx, row, place);
  if (!isLost) return;
  await releasePlacement(ctx, uid, { epoch, proof: 'host_destroyed' });
  const signal = { uid, epoch, host, because: `host ${host} was removed` };
  await addOutboxEntry(ctx, { uid, jobId, message: { kind: 'host_lost', signal }, delayMs: 0 });
}

async function knowsBetter(ctx: VerbContext, said: Statement): Promise<boolean> {
  const { ordinal, isNewest } = await takeRunOrdinal(ctx, said);
  if (!isNewest) return true;
  const newer = await ctx.trx
    .selectFrom('records')
    .select('sequence')
    .where('uid', '=', said.uid)
    .where('run_ordinal', '=', ordinal)
    .where('sequence', '>', said.answered)
    .executeTakeFirst();
  return newer !== undefined;
}

async function waitAgain(ctx: VerbContext, row: JobRow, said: Statement): Promise<void> {
  const live = liveEpoch(row);
  if (live !== null && (said.claimed === null || compareEpochs(live, said.claimed) > 0)) return;
  await giveBackBut(ctx, row.uid, null);
  if (await isSpecLost(ctx, row.spec_digest)) {
    const { sentence } = await endWithoutSpec(ctx, row, '');
    await settleLogs(ctx, row.uid);
    const signal = { uid: row.uid, graceSec: null, signal: null, because: sentence };
    await addOutboxEntry(ctx, { uid: row.uid, jobId: row.job_id, message: { kind: 'cancel', signal }, delayMs: 0 });
    return;
  }
  if (live === null && row.attempt >= said.attempt) return;
  const sentence = 'The ledger was restored from an older copy; it waits for a host with room.';
  await requeue(ctx, row, { attempt: said.attempt, reason: 'waiting_for_placement', sentence });
}
