import { activityInfo, Context } from '@temporalio/activity';
import type { HostActivities, HostControlActivities } from '../contract.ts';
import type { PendingActivity } from '../control-plane.ts';
import { collectAtOnce } from './collect-at-once.ts';
import { collectReplica } from './collect.ts';
import { clearJob } from './clear-job.ts';
import { ensureStopped } from './ensure-stopped.ts';
import { asFailure } from './failures.ts';
import type { HostDeps } from './host-deps.ts';
import { prepareReplica } from './prepare.ts';
import { placementKey } from './replica-lock.ts';
import { reportOrphan, runReplica } from './run.ts';
import { whileBeating } from './while-beating.ts';

const BEAT_MS = 5_000;
/** `run` lasts as long as the job; its beats are what Temporal has to carry for every running job. */
const RUN_BEAT_MS = 20_000;

const pendingActivity = (): PendingActivity | null => {
  const { workflowExecution, activityId } = activityInfo();
  return workflowExecution === undefined ? null : { ...workflowExecution, activityId };
};

/** What each promises stands in contract.ts; how it is kept, above each function it calls. */
export const createHostActivities = (
  deps: HostDeps,
): { readonly host: HostActivities; readonly control: HostControlActivities } => {
  /** Journals that this process works on the activity: what is still there after a crash is failed at the start. */
  const journalled = async <T>(work: () => Promise<T>): Promise<T> => {
    const pending = pendingActivity();
    try {
      if (pending !== null) deps.journal.began(pending);
      return await work();
    } catch (cause) {
      throw asFailure(cause);
    } finally {
      if (pending !== null) deps.journal.ended(pending);
    }
  };

  return {
    host: {
      prepare: (input) =>
        journalled(() => {
          let progress = 'preparing';
          const work = prepareReplica(deps, input, (line) => {
            progress = line;
          });
          return whileBeating(BEAT_MS, () => ({ progress }), work);
        }),
      run: (input) =>
        journalled(async () => {
          let containerId: string | null = null;
          const work = runReplica(deps, input, (id) => {
            containerId = id;
          }).then((result) => collectAtOnce(deps, input, result));
          try {
            return await whileBeating(RUN_BEAT_MS, () => ({ containerId }), work);
          } catch (cause) {
            reportOrphan(deps, input);
            throw cause;
          }
        }),
      collect: (input) =>
        journalled(() => {
          const abort = Context.current().cancellationSignal;
          return whileBeating(
            BEAT_MS,
            () => null,
            deps.lock(`collect/${placementKey(input.replica)}`, () => collectReplica(deps, input, abort)),
          );
        }),
    },
    control: {
      clear: (input) => journalled(() => whileBeating(BEAT_MS, () => null, clearJob(deps, input))),
      ensureStopped: (input) => journalled(() => whileBeating(BEAT_MS, () => null, ensureStopped(deps, input))),
    },
  };
};
