import { workflowInfo } from '@temporalio/workflow';
import type { CollectResult, RecordInput, ReleaseProof } from '../model/bookkeeping.ts';
import type { Outcome } from '../model/job-record.ts';
import type { Exit } from '../model/replica.ts';
import type { CloseJobInput } from '../model/workflow-messages.ts';
import { closedOutcome } from '../scheduling/closed-outcome.ts';
import { books } from './bookkeeping.ts';
import { collectOn, ensureStoppedOn } from './host-proxies.ts';

/**
 * `close:<uid>`: ends truthfully what a job left behind whose own workflow is closed (terminated in the Web UI, timed
 * out, lost). Stops and releases what the uid still holds, keeps its logs and artifacts, records the outcome.
 */
export async function closeJob(input: CloseJobInput): Promise<Outcome | null> {
  const { uid, jobId } = input;
  // A run of its own in the ledger's count, so that what the dead run may still say is refused from here on.
  const run = { uid, runId: `close:${workflowInfo().runId}` };
  const { job, held } = await books.leftovers({ uid });
  if (job === null) return null;
  const opened = await books.openRun(run);
  if (opened.kind === 'superseded') return null;
  let sequence = 0;
  const record = (entry: RecordInput['entry'], release: ReleaseProof | null, collected: CollectResult | null) =>
    books.record({ ...run, sequence: (sequence += 1), entry, release, collected });
  let exit: Exit | null = opened.kind === 'go' ? opened.exit : null;
  let collected: CollectResult | null = null;
  for (const { host, placement, attempt, role, replica } of held) {
    const task = {
      replica: { uid, jobId, role, replica, attempt, epoch: placement.epoch },
      engineId: placement.engineId,
    };
    const ensureStopped = ensureStoppedOn(host, `stop what job ${jobId} left on ${host}`);
    const gone = await ensureStopped({ ...task, stop: job.stop });
    exit = gone.exit ?? exit;
    const sentence = `its workflow is ${input.workflowStatus}; its container on ${host} is gone`;
    const progress = { state: 'stopping', reason: 'stop_requested', sentence, attempt } as const;
    await record({ kind: 'progress', progress }, { epoch: placement.epoch, proof: gone.was }, null);
    collected = await collectOn(
      host,
      `keep logs and artifacts of job ${jobId}`,
    )({ ...task, bundleDigest: job.bundleDigest });
  }
  const outcome = job.outcome ?? closedOutcome(input.workflowStatus, exit);
  const answer = await record({ kind: 'outcome', outcome }, null, collected);
  return answer.kind === 'ended' ? answer.outcome : outcome;
}
