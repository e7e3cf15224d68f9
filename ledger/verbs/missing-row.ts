import { decodeTime } from 'ulid';
import { kindOfEnd } from '../../model/tracker-event.ts';
import type { JobInput } from '../../model/workflow-messages.ts';
import type { JobRow } from '../job-row.ts';
import { isFinal } from '../job-states.ts';
import { toJson } from '../json-text.ts';
import type { VerbContext } from './context.ts';
import { endUnplaced } from './end-unplaced.ts';
import { expectJob } from './find-job.ts';
import { insertJob } from './insert-job.ts';
import { standInForSpec } from './lost-spec.ts';
import { isCertainlyNewer } from './namesake-order.ts';
import { track } from './track.ts';

/**
 * The row of a job that was admitted after this ledger's copy was made, from what its workflow was started with. What
 * only the ledger had is gone: its place in the order, a hold, its metadata. Answers why it cannot be made now, or null.
 */
export async function insertMissing(
  ctx: VerbContext,
  input: JobInput,
  stands: Pick<JobRow, 'state' | 'start_confirmed'> & Partial<JobRow>,
): Promise<string | null> {
  const namesakes = await ctx.trx
    .selectFrom('jobs')
    .select(['uid', 'ended_at_ms'])
    .where('job_id', '=', input.jobId)
    .where('withdrawn_at_ms', 'is', null)
    .execute();
  const willBeOpen = (stands.ended_at_ms ?? null) === null;
  const open = namesakes.find((other) => other.ended_at_ms === null);
  if (willBeOpen && open !== undefined) {
    return `the id ${input.jobId} still stands for job ${open.uid}, whose workflow must be looked at first`;
  }
  // An open job is what its id stands for, whoever had it since.
  const isCurrent = willBeOpen || namesakes.every((other) => other.uid < input.uid);
  if (isCurrent) {
    await ctx.trx
      .updateTable('jobs')
      .set({ current: 0 })
      .where('job_id', '=', input.jobId)
      .where('current', '=', 1)
      .execute();
  }
  await standInForSpec(ctx, input.specDigest);
  await insertJob(ctx, input, {
    reason: 'waiting_for_placement',
    sentence: 'Waits for a host with room.',
    admitted_at_ms: decodeTime(input.uid),
    metadata: toJson<unknown>(null),
    current: isCurrent ? 1 : 0,
    ...stands,
  });
  // Trackers know a job by its id: one that went on since is not made to look ended.
  if (isCurrent) {
    const kind = isFinal(stands.state) ? kindOfEnd[stands.state] : 'queued';
    await track(ctx, kind, [await expectJob(ctx, input.uid)]);
  }
  ctx.touch('queue');
  ctx.touch(`job:${input.uid}`);
  return null;
}

/**
 * A job that this ledger took in although another of the id lived, which it did not know: while that one's workflow is
 * open, this one's cannot begin, and each would wait for the other. What has not begun is what gives way. It ends for all
 * to see, unless it is certain that it was taken back before (`giveWay`).
 */
export async function endUnbegunNamesake(ctx: VerbContext, { uid, jobId }: JobInput): Promise<void> {
  const unbegun = await ctx.trx
    .selectFrom('jobs')
    .select(['uid', 'admitted_at_ms'])
    .where('job_id', '=', jobId)
    .where('start_confirmed', '=', 0)
    .where('ended_at_ms', 'is', null)
    .where('withdrawn_at_ms', 'is', null)
    .executeTakeFirst();
  if (unbegun === undefined || isCertainlyNewer(uid, unbegun)) return;
  const sentence =
    `Job ${uid} has the same id and is open; the ledger, restored from an older copy, did not know when this one was ` +
    `submitted. Submit it again once that one has ended, or under another id.`;
  await endUnplaced(ctx, unbegun.uid, { reason: 'lost_in_restore', sentence });
}
