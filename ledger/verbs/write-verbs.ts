import { admit } from './admit.ts';
import { admitScheduled } from './admit-scheduled.ts';
import { advanceLog } from './advance-log.ts';
import { advanceTracker } from './advance-tracker.ts';
import { beginPlanning } from './begin-planning.ts';
import { claimBlob, condemnBlobs, finishCondemned } from './blob-claims.ts';
import { changeSchedule } from './change-schedule.ts';
import { claim } from './claim.ts';
import { clearQueue } from './clear-queue.ts';
import { commitRound } from './commit-round.ts';
import { beginGeneration } from './begin-generation.ts';
import { confirmStarted } from './confirm-started.ts';
import { createSchedule } from './create-schedule.ts';
import { deleteSchedule } from './delete-schedule.ts';
import { evictHost } from './evict-host.ts';
import { finishLog } from './finish-log.ts';
import { finishOutbox } from './finish-outbox.ts';
import { finishScheduleChange } from './finish-schedule-change.ts';
import { forgetJob } from './forget-job.ts';
import { forgetSchedule } from './forget-schedule.ts';
import { hello } from './hello.ts';
import { holdQueued } from './hold-queued.ts';
import { holdTracker } from './hold-tracker.ts';
import { markLookedAt } from './mark-looked-at.ts';
import { markWorkflowClosed } from './mark-workflow-closed.ts';
import { moveQueued } from './move-queued.ts';
import { openRun } from './open-run.ts';
import { probeWrite } from './probe.ts';
import { putBundle } from './put-bundle.ts';
import { recordHost } from './record-host.ts';
import { record } from './record.ts';
import { registerTrackers } from './register-trackers.ts';
import { releaseTracker } from './release-tracker.ts';
import { recordSkippedRun } from './record-skipped-run.ts';
import { removeHost } from './remove-host.ts';
import { removeQueued } from './remove-queued.ts';
import { report } from './report.ts';
import { requestCancel } from './request-cancel.ts';
import { reserveLog } from './reserve-log.ts';
import { takeOutbox } from './take-outbox.ts';
import { takeScheduleChanges } from './take-schedule-changes.ts';
import { wipeForgotten } from './wipe-forgotten.ts';
import { giveWay } from './give-way.ts';
import { noteCompared } from './note-compared.ts';
import { withdraw } from './withdraw.ts';
import { addWorker, removeWorker } from './workers.ts';
import { withdrawSchedule } from './withdraw-schedule.ts';
import { forgetUnknown } from './forget-unknown.ts';
import { restate } from './restate.ts';
import { readopt } from './readopt.ts';
import { lookAgain } from './look-again.ts';

export const writeVerbs = {
  putBundle,
  admit,
  beginGeneration,
  confirmStarted,
  withdraw,
  giveWay,
  noteCompared,
  requestCancel,
  moveQueued,
  removeQueued,
  holdQueued,
  clearQueue,
  openRun,
  claim,
  record,
  forgetJob,
  wipeForgotten,
  claimBlob,
  condemnBlobs,
  finishCondemned,
  markWorkflowClosed,
  hello,
  recordHost,
  removeHost,
  evictHost,
  addWorker,
  removeWorker,
  report,
  beginPlanning,
  commitRound,
  takeOutbox,
  finishOutbox,
  reserveLog,
  advanceLog,
  finishLog,
  createSchedule,
  changeSchedule,
  deleteSchedule,
  withdrawSchedule,
  forgetSchedule,
  takeScheduleChanges,
  finishScheduleChange,
  admitScheduled,
  recordSkippedRun,
  markLookedAt,
  registerTrackers,
  holdTracker,
  releaseTracker,
  advanceTracker,
  forgetUnknown,
  restate,
  readopt,
  lookAgain,
  probeWrite,
};
export type WriteVerbs = typeof writeVerbs;
