import type { ListRow } from '../../../ledger/list-row.ts';
import type { JobRecord } from '../../../model/job-record.ts';
import { groupOf } from '../../operations/job-group.ts';
import { isJsonObject } from '../../submission/json-kind.ts';

/** Times of this contract are epoch seconds. */
const seconds = (ms: number | null): number | null => (ms === null ? null : ms / 1000);

const returnCode = (record: JobRecord) =>
  record.exit === null
    ? { Error: { Message: record.sentence }, StatusCode: null }
    : { Error: null, StatusCode: record.exit.exitCode };

type Entry = Pick<ListRow, 'record' | 'spec'>;

/** Of a spec that cannot be read, what the record knows of it. */
export const shownSpec = ({ record, spec }: Entry): unknown =>
  spec === null ? { image: record.image } : spec.submitted;

/** Each of the contract's lists shows the fields of the one before it and some more. */
const commonFields = ({ record, spec }: Entry) => {
  const submitted = isJsonObject(record.metadata) ? record.metadata : {};
  return {
    queued_time: seconds(record.admittedAtMs),
    job_id: record.jobId,
    spec: shownSpec({ record, spec }),
    metadata: submitted['metadata'] ?? {},
    gpu_spec: submitted['gpu_spec'] ?? {},
  };
};

export const queuedEntry = (job: Entry, position: number) => ({ ...commonFields(job), position });

export const runningEntry = (job: Entry) => ({
  ...commonFields(job),
  start_time: seconds(job.record.startedAtMs ?? job.record.placedAtMs),
});

/** Without its `logs`, which are written to the answer piece by piece. */
export const endedEntry = (job: Entry) => ({
  ...runningEntry(job),
  end_time: seconds(job.record.endedAtMs),
  return_code: returnCode(job.record),
});

export const statusOf = (record: JobRecord): 'queued' | 'pending' | 'running' | 'completed' | 'failed' => {
  const group = groupOf(record);
  switch (group) {
    case 'queued':
    case 'failed':
      return group;
    case 'running':
      return record.startedAtMs === null ? 'pending' : 'running';
    case 'succeeded':
      return 'completed';
  }
};
