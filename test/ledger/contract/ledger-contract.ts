import { admissionContract } from './admission.ts';
import { deletionContract } from './deletions.ts';
import { destructionContract } from './destruction.ts';
import { healingContract } from './healing.ts';
import { hostContract } from './hosts.ts';
import { logContract } from './logs.ts';
import { namesakeContract } from './namesakes.ts';
import type { OpenLedger } from './opened-ledger.ts';
import { placingContract } from './placing.ts';
import { queueContract } from './queue.ts';
import { restateContract } from './restating.ts';
import { runContract } from './runs.ts';
import { strangerContract } from './strangers.ts';
import { trackersAfterRestoreContract } from './trackers-after-restore.ts';
import { trackerContract } from './trackers.ts';
import { workerContract } from './workers.ts';
import { waitingInVainContract } from './waiting-in-vain.ts';
import { scheduleContract } from './schedules.ts';

/** What every ledger does, whatever database it is kept in. */
export const ledgerContract = (open: OpenLedger): void => {
  admissionContract(open);
  deletionContract(open);
  runContract(open);
  placingContract(open);
  hostContract(open);
  workerContract(open);
  queueContract(open);
  logContract(open);
  trackerContract(open);
  trackersAfterRestoreContract(open);
  scheduleContract(open);
  restateContract(open);
  namesakeContract(open);
  destructionContract(open);
  healingContract(open);
  strangerContract(open);
  waitingInVainContract(open);
};
