import { decodeTime } from 'ulid';
import type { JobUid } from '../../model/ids.ts';
import type { JobRow } from '../job-row.ts';

/** How far apart the clocks of those may be that mint uids and that admit jobs. */
const CLOCK_SKEW_MS = 60_000;

/**
 * Whether a job that this ledger did not know was certainly admitted after this one, which then is from the copy that the
 * ledger was restored from. Uids are minted by many clocks: their order alone proves nothing.
 */
export const isCertainlyNewer = (uid: JobUid, than: Pick<JobRow, 'uid' | 'admitted_at_ms'>): boolean =>
  uid > than.uid && decodeTime(uid) - than.admitted_at_ms > CLOCK_SKEW_MS;
