import { finalJobStates, finalJobStateSchema, type FinalJobState, type JobState } from '../model/job-record.ts';
import type { JobGroup } from './ledger.ts';

const waitingStates = ['admitted', 'queued'] as const satisfies readonly JobState[];
const heldStates = ['placed', 'preparing', 'running', 'stopping'] as const satisfies readonly JobState[];

export const statesOfGroup: Readonly<Record<JobGroup, readonly JobState[]>> = {
  queued: waitingStates,
  running: heldStates,
  succeeded: ['succeeded'],
  failed: finalJobStates.filter((state) => state !== 'succeeded'),
};

export const isWaiting = (state: JobState): boolean => statesOfGroup.queued.includes(state);
export const isFinal = (state: JobState): state is FinalJobState => finalJobStateSchema.safeParse(state).success;

/** How far a job has come within one placement; a report that comes late never takes it back. */
export const progressRank: Readonly<Record<JobState, number>> = {
  admitted: 0,
  queued: 1,
  placed: 2,
  preparing: 3,
  running: 4,
  stopping: 5,
  succeeded: 6,
  failed: 6,
  cancelled: 6,
  skipped: 6,
};
