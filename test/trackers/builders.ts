import type { TrackerEvent, TrackerEventKind } from '../../model/tracker-event.ts';
import { aJobId, aUid } from '../ledger/builders.ts';

let lastId = 1_800_000_000_000_000;

/** Each is later than the one before. */
export const anEvent = (
  kind: TrackerEventKind,
  jobId = 'job',
  changes: Partial<Omit<TrackerEvent, 'jobId'>> = {},
): TrackerEvent => {
  const id = (lastId += 7);
  const hasBegun = kind !== 'queued' && kind !== 'deleted';
  const hasEnded = hasBegun && kind !== 'running';
  return {
    ledger: 'ledger-1',
    id,
    kind,
    atMs: 1_800_000_000_500,
    uid: aUid(),
    jobId: aJobId(jobId),
    project: 'vision',
    owner: 'ada',
    monitorName: null,
    attempt: 1,
    admittedAtMs: 1_800_000_000_000,
    startedAtMs: hasBegun ? 1_800_000_000_250 : null,
    endedAtMs: hasEnded ? 1_800_000_000_500 : null,
    exitCode: hasEnded ? 0 : null,
    reason: 'completed',
    sentence: 'a sentence',
    ...changes,
  };
};
