import { tellChange } from '../../activities/control/tell-schedules.ts';
import type { CreateScheduleInput } from '../../ledger/schedule-ledger.ts';
import { LongshoreError } from '../../model/error.ts';
import type { ApiDeps, ApiOptions } from '../api-deps.ts';
import { makeRoom } from './find-schedules.ts';

export type CreateScheduleAnswer =
  /** Durable in the ledger and in Temporal. */
  | { readonly kind: 'created' | 'conflict' | 'no_bundle' | 'taken' }
  | { readonly kind: 'too_many'; readonly limit: number }
  /** Nothing is left of it. */
  | { readonly kind: 'unavailable'; readonly because: string };

/** Keeps a schedule and tells Temporal, and answers once both have it or nothing of it is left. */
export const createSchedule = async (
  deps: ApiDeps,
  options: ApiOptions,
  input: Omit<CreateScheduleInput, 'uid' | 'pool' | 'maxSchedules'>,
): Promise<CreateScheduleAnswer> => {
  await makeRoom(deps, input.jobId);
  const created = await deps.ledger.createSchedule({
    ...input,
    ...{ uid: deps.mintUid(), pool: options.pool, maxSchedules: options.maxSchedules ?? null },
  });
  if (created.kind !== 'created' && created.kind !== 'same') return created;
  if (created.promised === null) return { kind: 'created' };
  try {
    const told = await tellChange(deps, created.promised);
    return { kind: told === 'taken' ? 'taken' : 'created' };
  } catch (error) {
    await deps.ledger.withdrawSchedule({ uid: created.promised.uid });
    if (!(error instanceof LongshoreError) || error.code !== 'temporal_unavailable') throw error;
    return { kind: 'unavailable', because: 'Temporal cannot be reached' };
  }
};
