import type { ListRow } from '../../ledger/list-row.ts';
import type { JobUid } from '../../model/ids.ts';
import type { ApiDeps } from '../api-deps.ts';

/** Specs may be large: only so many, and so much of them, is in memory, however long the list is. */
const PIECE = 100;
const PIECE_BYTES = 4 * 1024 * 1024;
/** Named in the log; of more than these the number. */
const NAMED = 10;

export type StandingJob = { readonly job: ListRow; readonly position: number };

/**
 * The jobs of a list as one transaction found it; what is read later, piece by piece, never makes one stand elsewhere.
 * A job whose spec cannot be read stands there without it, and the log says so.
 */
export async function* streamJobs(
  deps: ApiDeps,
  uids: readonly JobUid[],
  gone: AbortSignal,
): AsyncGenerator<StandingJob> {
  const unreadable: JobUid[] = [];
  let because: string | null = null;
  for (let at = 0; at < uids.length && !gone.aborted;) {
    const rows = await deps.ledger.jobsByUid({ uids: uids.slice(at, at + PIECE), maxSpecBytes: PIECE_BYTES });
    for (const [index, job] of rows.entries()) {
      if (job === null) continue;
      if (job.spec === null) unreadable.push(job.record.uid);
      because ??= job.unreadable;
      yield { job, position: at + index };
    }
    at += rows.length;
  }
  if (unreadable.length === 0) return;
  const fields = { jobs: unreadable.slice(0, NAMED), count: unreadable.length, because };
  deps.logger.error(fields, 'jobs are listed without their specs, which cannot be read');
}
