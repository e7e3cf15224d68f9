import type { JobUid } from '../../model/ids.ts';
import type { ApiDeps } from '../api-deps.ts';
import { hasEnded } from './job-group.ts';
import { listenToJob } from './listen-to-job.ts';

/** False: `enough` came first. */
export const untilEnded = async (deps: ApiDeps, uid: JobUid, enough: AbortSignal): Promise<boolean> => {
  const changes = listenToJob(deps.ledger, uid, enough);
  try {
    while (!enough.aborted) {
      const now = await deps.ledger.jobByUid({ uid });
      if (now === null || hasEnded(now.record)) return true;
      await changes.changed();
    }
    return false;
  } finally {
    changes.stop();
  }
};
