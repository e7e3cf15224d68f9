import { CancellationScope, patched, workflowInfo } from '@temporalio/workflow';
import type { CollectResult, RecordInput, ReleaseProof } from '../model/bookkeeping.ts';
import type { Outcome } from '../model/job-record.ts';
import type { Exit } from '../model/replica.ts';
import type { CloseJobInput, HeldPlacement } from '../model/workflow-messages.ts';
import { closedOutcome } from '../scheduling/closed-outcome.ts';
import { books } from './bookkeeping.ts';
import { Destruction } from './destruction.ts';
import { collectOn, ensureStoppedOn } from './host-proxies.ts';
import { untilHostGone } from './until-host-gone.ts';

/** For a job of which nothing is known but what a host holds. */
const UNKNOWN_STOP = { signal: null, graceSec: 10 } as const;

/**
 * `close:<uid>`: ends truthfully what a job left behind whose own workflow is closed (terminated in the Web UI, timed
 * out, lost), or which the ledger does not know (it was restored from an older copy). Stops and releases what the uid
 * still holds, keeps its logs and artifacts, records the outcome.
 */
export async function closeJob(input: CloseJobInput): Promise<Outcome | null> {
  const { uid, jobId } = input;
  const destruction = new Destruction(uid);
  // A run of its own in the ledger's count, so that what the dead run may still say is refused from here on.
  const run = { uid, runId: `close:${workflowInfo().runId}` };
  const { job, held } = await books.leftovers({ uid });
  if (job === null) {
    const forgets = patched('forget');
    for (const one of held) {
      const { epoch } = one.placement;
      await bringDown(one, forgets ? () => books.forget({ uid, epoch }) : null);
    }
    return null;
  }
  const opened = await books.openRun(run);
  if (opened.kind === 'superseded') return null;
  let sequence = 0;
  const record = (entry: RecordInput['entry'], release: ReleaseProof | null, collected: CollectResult | null) =>
    books.record({ ...run, sequence: (sequence += 1), entry, release, collected });
  let exit: Exit | null = opened.kind === 'go' ? opened.exit : null;
  let collected: CollectResult | null = null;
  for (const one of held) {
    const brought = await bringDown(one, async (gone) => {
      const sentence = `its workflow is ${input.workflowStatus}; its container on ${one.host} is gone`;
      const progress = { state: 'stopping', reason: 'stop_requested', sentence, attempt: one.attempt } as const;
      await record({ kind: 'progress', progress }, { epoch: one.placement.epoch, proof: gone.was }, null);
    });
    exit = brought?.exit ?? exit;
    collected = brought?.collected ?? collected;
  }
  const outcome = job.outcome ?? input.outcome ?? closedOutcome(input.workflowStatus, exit);
  const answer = await record({ kind: 'outcome', outcome }, null, collected);
  return answer.kind === 'ended' ? answer.outcome : outcome;

  /** Null: its host is gone for certain, and the ledger has given back what it held. */
  async function bringDown(
    { host, placement, attempt, role, replica }: HeldPlacement,
    release: ((gone: { readonly was: ReleaseProof['proof'] }) => Promise<void>) | null,
  ): Promise<{ readonly exit: Exit | null; readonly collected: CollectResult } | null> {
    const task = {
      replica: { uid, jobId, role, replica, attempt, epoch: placement.epoch },
      engineId: placement.engineId,
    };
    const scope = new CancellationScope();
    const work = scope.run(async () => {
      const ensureStopped = ensureStoppedOn(host, `stop what job ${jobId} left on ${host}`);
      const gone = await ensureStopped({ ...task, stop: job?.stop ?? UNKNOWN_STOP });
      await release?.(gone);
      const collect = collectOn(host, `keep logs and artifacts of job ${jobId}`);
      return { exit: gone.exit, collected: await collect({ ...task, bundleDigest: job?.bundleDigest ?? null }) };
    });
    const destroyed = destruction.of(placement).then(() => null);
    // Nobody may be waiting for it when it cannot be told.
    destroyed.catch(() => undefined);
    const asking = new CancellationScope();
    // Of a job that has ended, nobody is told once its placement is given back.
    const gone = patched('host-gone')
      ? asking.run(() => untilHostGone({ host, engineId: placement.engineId, epoch: placement.epoch })).then(() => null)
      : new Promise<never>(() => undefined);
    gone.catch(() => undefined);
    const first = await Promise.race([work, destroyed, gone]);
    asking.cancel();
    if (first !== null) return first;
    scope.cancel();
    work.catch(() => undefined);
    return null;
  }
}
