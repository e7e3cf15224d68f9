import type { Digest } from '../../model/ids.ts';
import { toJobInput } from '../job-input.ts';
import type { JobRow } from '../job-row.ts';
import { fromJson, toJson } from '../json-text.ts';
import type { Starter } from '../../model/scheduled-run.ts';
import type { JobInput } from '../../model/workflow-messages.ts';
import type { AdmitInput, AdmitResult } from '../ledger.ts';
import { bundle } from './bundle.ts';
import type { VerbContext } from './context.ts';
import { endUnplaced } from './end-unplaced.ts';
import { insertJob } from './insert-job.ts';
import { keepSpec } from './keep-spec.ts';
import { addOutboxEntry } from './outbox-entry.ts';
import { countWaiting } from './waiting-jobs.ts';

type NewJob = Omit<AdmitInput, 'needsBundle' | 'maxQueued' | 'neverFits'>;

/** How long the api has to start the workflow itself before the outbox does. */
const START_DELAY_MS = 3_000;

export async function admit(ctx: VerbContext, input: AdmitInput): Promise<AdmitResult> {
  const specDigest = ctx.sealer.digest(input.spec);
  const bundleDigest = input.needsBundle ? ((await bundle(ctx, input))?.digest ?? null) : null;
  const neverFits = input.neverFits ?? null;
  const open = await findOpen(ctx, input);
  if (open !== null) {
    const equal = neverFits === null && open.spec_digest === specDigest && open.bundle_digest === bundleDigest;
    if (!equal) return { kind: 'conflict' };
    return { kind: 'same', uid: open.uid, confirmed: open.start_confirmed === 1, input: fromJson(open.input) };
  }
  if (input.needsBundle && bundleDigest === null) return { kind: 'no_bundle' };
  if (neverFits !== null) {
    await takeIn(ctx, input, toJobInput(input, { specDigest, bundleDigest }));
    await endUnplaced(ctx, input.uid, { reason: 'never_fits', sentence: neverFits });
    return { kind: 'ended', uid: input.uid };
  }
  if ((await countWaiting(ctx, input.pool)) >= input.maxQueued) return { kind: 'queue_full', limit: input.maxQueued };

  return {
    kind: 'admitted',
    ...(await enqueue(ctx, input, { specDigest, bundleDigest }, { delayMs: START_DELAY_MS })),
  };
}

/** Behind all the checks: the row, and the promise to start its workflow. */
export async function enqueue(
  ctx: VerbContext,
  input: NewJob,
  digests: { readonly specDigest: Digest; readonly bundleDigest: Digest | null },
  start: { readonly delayMs: number; readonly starter?: Starter },
): Promise<{ readonly outboxId: number; readonly input: JobInput }> {
  const jobInput = toJobInput(input, digests);
  await takeIn(ctx, input, jobInput);
  const { delayMs, ...starter } = start;
  const outboxId = await addOutboxEntry(ctx, {
    uid: input.uid,
    jobId: input.jobId,
    message: { kind: 'start', input: jobInput, ...starter },
    delayMs,
  });
  ctx.touch(`job:${input.uid}`);
  return { outboxId, input: jobInput };
}

export async function findOpen(ctx: VerbContext, input: Pick<AdmitInput, 'jobId'>): Promise<JobRow | null> {
  const row = await ctx.trx
    .selectFrom('jobs')
    .selectAll()
    .where('job_id', '=', input.jobId)
    .where('ended_at_ms', 'is', null)
    .where('withdrawn_at_ms', 'is', null)
    .executeTakeFirst();
  return row ?? null;
}

async function takeIn(ctx: VerbContext, input: NewJob, jobInput: JobInput): Promise<void> {
  await keepSpec(ctx, jobInput.specDigest, input.spec);
  await ctx.trx
    .updateTable('jobs')
    .set({ current: 0 })
    .where('job_id', '=', input.jobId)
    .where('current', '=', 1)
    .execute();
  await insertJob(ctx, jobInput, {
    state: 'admitted',
    reason: 'waiting_for_placement',
    sentence: 'Waits for a host with room.',
    start_confirmed: 0,
    admitted_at_ms: ctx.nowMs,
    metadata: toJson(input.metadata),
    current: 1,
  });
}
