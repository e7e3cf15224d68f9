import { ActivityCancellationType, continueAsNew, proxyActivities } from '@temporalio/workflow';
import type { ControlActivities } from '../activities/contract.ts';
import { CONTROL_QUEUE } from '../model/names.ts';
import type { DispatcherInput } from '../model/workflow-messages.ts';

/**
 * `dispatcher:<pool>`: keeps one planner alive somewhere. A dead one is missed within 6 s and replaced a second later;
 * two may overlap, the fencing token in the ledger lets only the newer commit. The activity rests after a while, so
 * that this history stays short.
 */
const { dispatch } = proxyActivities<Pick<ControlActivities, 'dispatch'>>({
  taskQueue: CONTROL_QUEUE,
  startToCloseTimeout: '1 day',
  heartbeatTimeout: '6s',
  cancellationType: ActivityCancellationType.TRY_CANCEL,
  retry: { initialInterval: '1s', backoffCoefficient: 1 },
  summary: 'plan the queue, tell the jobs, sweep up',
});

export async function dispatcher(input: DispatcherInput): Promise<never> {
  const { highestEpoch } = await dispatch(input);
  return continueAsNew<typeof dispatcher>({ ...input, highestEpoch });
}
