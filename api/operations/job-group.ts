import type { JobGroup } from '../../ledger/ledger.ts';
import type { JobRecord } from '../../model/job-record.ts';

/** The one list a job stands in, as the ledger's lists put it. */
export const groupOf = (record: JobRecord): JobGroup => {
  switch (record.state) {
    case 'admitted':
    case 'queued':
      return 'queued';
    case 'placed':
    case 'preparing':
    case 'running':
    case 'stopping':
      return 'running';
    case 'succeeded':
      return 'succeeded';
    case 'failed':
    case 'cancelled':
    case 'skipped':
      return 'failed';
  }
};

export const hasEnded = (record: JobRecord): boolean => {
  const group = groupOf(record);
  return group === 'succeeded' || group === 'failed';
};
