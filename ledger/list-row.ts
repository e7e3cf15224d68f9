import type { JobRecord } from '../model/job-record.ts';
import type { JobSpec } from '../model/job-spec.ts';

/** A job as it is shown, in a long list too, which it must not cut: `spec` null = it cannot be read, and `unreadable` says why. */
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
