import type { JobRecord } from '../model/job-record.ts';
import type { JobSpec } from '../model/job-spec.ts';

/** A job in a long list, which it must not cut short: `spec` null = it cannot be read, and `unreadable` says why. */
export type ListRow = {
  readonly record: JobRecord;
  readonly spec: JobSpec | null;
  readonly unreadable: string | null;
};
/** What a list is put in order by. */
export type GroupMember = Pick<
  JobRecord,
  'uid' | 'jobId' | 'admittedAtMs' | 'placedAtMs' | 'startedAtMs' | 'endedAtMs'
> & { readonly exitCode: number | null };
