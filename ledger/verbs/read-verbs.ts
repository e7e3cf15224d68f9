import { bundle } from './bundle.ts';
import { containerId } from './container-id.ts';
import { forgotten } from './forgotten.ts';
import { generation } from './counters.ts';
import { group } from './group.ts';
import { heldResources } from './held-resources.ts';
import { hostHolds } from './host-holds.ts';
import { hosts } from './hosts.ts';
import { jobByUid } from './job-by-uid.ts';
import { isDestroyed } from './is-destroyed.ts';
import { isHostGone } from './is-host-gone.ts';
import { job } from './job.ts';
import { jobWithLog } from './job-with-log.ts';
import { jobsByUid } from './jobs-by-uid.ts';
import { leftovers } from './leftovers.ts';
import { logCursor } from './log-cursor.ts';
import { logCursors } from './log-cursors.ts';
import { plannerSnapshot } from './planner-snapshot.ts';
import { probeRead } from './probe.ts';
import { queueOrder } from './queue-order.ts';
import { queuePage } from './queue-page.ts';
import { queuedAt } from './queued-at.ts';
import { scheduleRuns } from './schedule-runs.ts';
import { schedule, schedules } from './schedules.ts';
import { sweepCandidates } from './sweep-candidates.ts';
import { trackerEvents } from './tracker-events.ts';
import { unknownUids } from './unknown-uids.ts';
import { strangers } from './strangers.ts';

export const readVerbs = {
  bundle,
  job,
  jobWithLog,
  jobByUid,
  group,
  queuePage,
  queuedAt,
  queueOrder,
  jobsByUid,
  plannerSnapshot,
  leftovers,
  containerId,
  forgotten,
  logCursor,
  logCursors,
  hosts,
  hostHolds,
  isDestroyed,
  isHostGone,
  generation,
  heldResources,
  sweepCandidates,
  trackerEvents,
  schedules,
  schedule,
  scheduleRuns,
  unknownUids,
  strangers,
  probeRead,
};
export type ReadVerbs = typeof readVerbs;
