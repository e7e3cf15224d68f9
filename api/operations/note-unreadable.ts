import type { ListedJob } from '../../ledger/ledger.ts';
import type { ApiDeps } from '../api-deps.ts';

/** A job that is shown without its spec is worth a line in the log: who runs this server can put the key back. */
export const noteUnreadable = ({ logger }: ApiDeps, { record, unreadable }: ListedJob): void => {
  if (unreadable === null) return;
  logger.error({ job: record.uid, because: unreadable }, 'a job is shown without its spec, which cannot be read');
};
