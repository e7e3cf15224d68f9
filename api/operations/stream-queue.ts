import type { ListedJob } from '../../ledger/ledger.ts';
import type { JobUid } from '../../model/ids.ts';
import type { ApiDeps } from '../api-deps.ts';

/** Specs may be large: only so many are in memory, however long the queue is. */
const PIECE = 100;

export type StandingJob = { readonly job: ListedJob; readonly position: number };

/**
 * The queue as `order` found it, in one transaction; what is read later, piece by piece, are the parts of a job that
 * never change.
 */
export async function* streamQueue(
  deps: ApiDeps,
  order: readonly JobUid[],
  gone: AbortSignal,
): AsyncGenerator<StandingJob> {
  for (let at = 0; at < order.length && !gone.aborted; at += PIECE) {
    const jobs = await deps.ledger.jobsByUid({ uids: order.slice(at, at + PIECE) });
    for (const [index, job] of jobs.entries()) yield { job, position: at + index };
  }
}
