import type { Digest, JobId, JobUid, PoolName } from '../model/ids.ts';
import type { ScheduleRules } from '../model/schedule.ts';
import type { JsonText } from './json-text.ts';
import type { ScheduleChange, ScheduleTiming } from './schedule-ledger.ts';

/** `sinceMs`: absent from what older versions have written. */
export type KeptTiming = ScheduleTiming & { readonly sinceMs?: number };

export interface ScheduleTable {
  uid: JobUid;
  job_id: JobId;
  pool: PoolName;
  project: string;
  owner: string;
  spec_digest: Digest;
  bundle_digest: Digest | null;
  image: string;
  metadata: JsonText<unknown>;
  timing: JsonText<KeptTiming>;
  rules: JsonText<ScheduleRules>;
  paused: 0 | 1;
  note: string;
  created_at_ms: number;
  changed_at_ms: number;
  deleted_at_ms: number | null;
}

/** What Temporal is still to be told. Finished ones are deleted. */
export interface ScheduleChangeTable {
  id: number;
  uid: JobUid;
  change: JsonText<ScheduleChange>;
  due_at_ms: number;
  tries: number;
}

/** A row per workflow that a schedule started. */
export interface ScheduleRunTable {
  schedule_uid: JobUid;
  starter_run_id: string;
  nominal_at_ms: number;
  job_id: JobId;
  /** Null: no job came of it. */
  uid: JobUid | null;
  skipped_because: string | null;
  at_ms: number;
}
