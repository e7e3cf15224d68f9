import type { Ledger } from '../ledger/ledger.ts';
import type { RecordInput } from '../model/bookkeeping.ts';
import type { PlacedSignal } from '../model/workflow-messages.ts';

/** What the ledger is told of a job from its placement to its end: the writes of one that runs well. */
export async function liveShortly(ledger: Ledger, { uid, placement }: PlacedSignal, outboxId: number): Promise<void> {
  const run = { uid, runId: 'bench' };
  const { epoch } = placement;
  await ledger.finishOutbox({ ids: [outboxId] });
  await ledger.openRun(run);
  await ledger.claim({ ...run, epoch });
  const stopping: RecordInput['entry'] = {
    kind: 'progress',
    progress: { state: 'stopping', reason: 'completed', sentence: 'its container ended', attempt: 1 },
  };
  const release = { epoch, proof: 'exited' } as const;
  await ledger.record({ ...run, sequence: 1, entry: stopping, release, collected: null });
  const exit = {
    exitCode: 0,
    oomKilled: false,
    signal: null,
    startedAtMs: 1,
    finishedAtMs: 2,
    endedBy: 'itself',
  } as const;
  const outcome = { state: 'succeeded', reason: 'completed', sentence: 'exit code 0', exit } as const;
  await ledger.record({ ...run, sequence: 2, entry: { kind: 'outcome', outcome }, release: null, collected: null });
}
