import type { ScheduleRecord } from '../../ledger/schedule-ledger.ts';
import { LongshoreError } from '../../model/error.ts';
import type { JobId } from '../../model/ids.ts';
import type { ApiDeps } from '../api-deps.ts';
import { type ScheduleView, viewOfDescribed, viewOfListed, viewOfRecord } from './schedule-view.ts';

/** Temporal's lists are a moment behind; a schedule that was changed since is looked at alone. */
const LISTED_LATE_MS = 15_000;
/** Looking at one costs ten times as much as listing it: where very many were changed, what was asked for is shown. */
const LOOKED_AT_MOST = 24;
const LOOKED_AT_ONCE = 16;

const unlessUnavailable = async <T>(asked: Promise<T>): Promise<T | 'unavailable'> => {
  try {
    return await asked;
  } catch (error) {
    if (error instanceof LongshoreError && error.code === 'temporal_unavailable') return 'unavailable';
    throw error;
  }
};

/** Null: it was deleted with Temporal's own tools. */
const lookAt = async (deps: ApiDeps, record: ScheduleRecord, keepUpload = false): Promise<ScheduleView | null> => {
  const nowMs = deps.clock.nowMs();
  if (record.pending > 0) return viewOfRecord(record, nowMs);
  const described = await unlessUnavailable(deps.scheduleGateway.describe(record.jobId));
  if (described === 'unavailable') return viewOfRecord(record, nowMs);
  if (described !== null && described.uid === record.uid) return viewOfDescribed(record, described, nowMs);
  await deps.ledger.forgetSchedule({ uid: record.uid, keepUpload });
  return null;
};

export const findSchedule = async (deps: ApiDeps, jobId: JobId): Promise<ScheduleView | null> => {
  const record = await deps.ledger.schedule({ jobId });
  return record === null ? null : lookAt(deps, record);
};

/** One that was deleted in Temporal makes room for another of its id, which is to have the bundle that is there. */
export const makeRoom = async (deps: ApiDeps, jobId: JobId): Promise<void> => {
  const record = await deps.ledger.schedule({ jobId });
  if (record !== null) await lookAt(deps, record, true);
};

/** Every schedule, or a project's, oldest first. While Temporal is away: as they were asked for. */
export const listSchedules = async (deps: ApiDeps, project: string | null): Promise<readonly ScheduleView[]> => {
  // No text of the ledger holds this character, and PostgreSQL takes no question with it.
  if (project?.includes('\0') === true) return [];
  const [records, listed] = await Promise.all([
    deps.ledger.schedules({ project }),
    unlessUnavailable(deps.scheduleGateway.list()),
  ]);
  const nowMs = deps.clock.nowMs();
  const views: (ScheduleView | null)[] = [];
  const toLookAt: { readonly at: number; readonly record: ScheduleRecord }[] = [];
  let recent = 0;
  for (const [at, record] of records.entries()) {
    const isRecent = nowMs - record.changedAtMs < LISTED_LATE_MS;
    const standing = listed === 'unavailable' ? undefined : listed.get(record.jobId);
    if (listed === 'unavailable' || record.pending > 0) views.push(viewOfRecord(record, nowMs));
    else if (!isRecent && standing?.uid === record.uid) views.push(viewOfListed(record, standing, nowMs));
    else if (isRecent && (recent += 1) > LOOKED_AT_MOST) views.push(viewOfRecord(record, nowMs));
    else {
      views.push(null);
      toLookAt.push({ at, record });
    }
  }
  const looks = Array.from({ length: LOOKED_AT_ONCE }, async () => {
    for (let next = toLookAt.pop(); next !== undefined; next = toLookAt.pop()) {
      views[next.at] = await lookAt(deps, next.record);
    }
  });
  await Promise.all(looks);
  return views.filter((view) => view !== null);
};
