import type { Selectable } from 'kysely';
import type { Epoch } from '../model/ids.ts';
import type { JobRecord, Outcome, Placement } from '../model/job-record.ts';
import { isFinal, isWaiting } from './job-states.ts';
import { heldSentence } from '../scheduling/waits-for.ts';
import { fromJson } from './json-text.ts';
import type { JobTable, PlacementTable } from './schema.ts';

export type JobRow = Selectable<JobTable>;
export type PlacementRow = Selectable<PlacementTable>;

/** `placement`: the row of the job's newest placement, null while it waits. */
export function toJobRecord(row: JobRow, placement: PlacementRow | null): JobRecord {
  return {
    uid: row.uid,
    jobId: row.job_id,
    pool: row.pool,
    project: row.project,
    owner: row.owner,
    state: row.state,
    ...whyItStands(row),
    attempt: row.attempt,
    maxAttempts: row.max_attempts,
    image: row.image,
    specDigest: row.spec_digest,
    bundleDigest: row.bundle_digest,
    placement: placement === null ? null : toPlacement(placement),
    admittedAtMs: row.admitted_at_ms,
    placedAtMs: row.placed_at_ms,
    startedAtMs: row.started_at_ms,
    endedAtMs: row.ended_at_ms,
    exit: row.exit === null ? null : fromJson(row.exit),
    usage: row.usage === null ? null : fromJson(row.usage),
    artifactsDigest: row.artifacts_digest,
    logsComplete: row.logs_complete === 1,
    metadata: fromJson(row.metadata),
  };
}

/** A hold goes before what the row says, which is shown again once it is released. */
function whyItStands(row: JobRow): Pick<JobRecord, 'reason' | 'sentence'> {
  if (row.held_at_ms === null || !isWaiting(row.state)) return { reason: row.reason, sentence: row.sentence };
  return { reason: 'held', sentence: heldSentence(row.held_at_ms) };
}

export function toPlacement(row: PlacementRow): Placement {
  return {
    epoch: { generation: row.generation, counter: row.counter },
    host: row.host,
    engineId: row.engine_id,
    gpuIds: [...fromJson(row.gpu_ids)],
  };
}

/** Null while the job is open. */
export function outcomeOf(row: JobRow): Outcome | null {
  if (!isFinal(row.state)) return null;
  return {
    state: row.state,
    reason: row.reason,
    sentence: row.sentence,
    exit: row.exit === null ? null : fromJson(row.exit),
  };
}

/** The epoch of the newest placement; facts and claims of any other are refused. */
export function liveEpoch(row: JobRow): Epoch | null {
  if (row.live_generation === null || row.live_counter === null) return null;
  return { generation: row.live_generation, counter: row.live_counter };
}

export function isSameEpoch(a: Epoch | null, b: Epoch): boolean {
  return a !== null && a.generation === b.generation && a.counter === b.counter;
}
