import type { StoredLog } from '../../../ledger/log-books.ts';
import type { JobRecord } from '../../../model/job-record.ts';
import type { ApiDeps } from '../../api-deps.ts';
import { readLogText } from '../../operations/read-logs.ts';

/** A job's log as this contract has it: of one that no host could ever hold, in its own words. */
export const logText = (
  deps: ApiDeps,
  record: JobRecord,
  log: readonly StoredLog[],
  abort: AbortSignal,
): AsyncIterable<string> =>
  record.reason === 'never_fits' ? neverFits(record) : readLogText(deps, record, log, abort);

async function* neverFits({ jobId, sentence }: JobRecord): AsyncGenerator<string> {
  yield `Foundations ERROR: Job '${jobId}' ${sentence}\n`;
}
