import type { RestateResult } from '../../model/bookkeeping.ts';
import type { Outcome } from '../../model/job-record.ts';
import type { JobInput } from '../../model/workflow-messages.ts';
import { closedOutcome } from '../../scheduling/closed-outcome.ts';
import { compareEpochs } from '../../scheduling/epoch.ts';
import { toJson } from '../json-text.ts';
import type { VerbContext } from './context.ts';
import { expectJob, findJob } from './find-job.ts';
import { unknownReplicas } from './leftovers.ts';
import { lookAgain } from './look-again.ts';
import { insertMissing } from './missing-row.ts';
import { takePlace } from './take-place.ts';

/** Nothing to do twice: a job that has a row is the sweeper's. */
export async function readopt(
  ctx: VerbContext,
  closed: { readonly input: JobInput; readonly workflowStatus: string; readonly outcome: Outcome | null },
): Promise<RestateResult> {
  const { input } = closed;
  const { uid } = input;
  if ((await findJob(ctx, uid)) !== null) return { kind: 'restated' };
  const [held] = (await unknownReplicas(ctx, uid)).toSorted((a, b) =>
    compareEpochs(b.placement.epoch, a.placement.epoch),
  );
  if (held === undefined) {
    const outcome = closed.outcome ?? closedOutcome(closed.workflowStatus, null);
    // Taken back before it started: it never was.
    if (outcome.reason === 'withdrawn') return { kind: 'restated' };
    const { state, reason, sentence } = outcome;
    const exit = outcome.exit === null ? null : toJson(outcome.exit);
    const ended = {
      ended_at_ms: outcome.exit?.finishedAtMs ?? ctx.nowMs,
      logs_complete: 1,
      workflow_closed: 1,
    } as const;
    await insertMissing(ctx, input, { state, reason, sentence, exit, ...ended, start_confirmed: 1 });
    return { kind: 'restated' };
  }
  const because = await insertMissing(ctx, input, { state: 'queued', start_confirmed: 1 });
  if (because !== null) return { kind: 'not_now', because };
  const { placement, attempt } = held;
  await takePlace(ctx, await expectJob(ctx, uid), { placement, attempt, state: 'stopping', released: false });
  await lookAgain(ctx, { uid });
  return { kind: 'restated' };
}
