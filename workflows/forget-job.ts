import { continueAsNew, isCancellation, proxyActivities, sleep, workflowInfo } from '@temporalio/workflow';
import type { DeletionActivities, HostControlActivities } from '../activities/contract.ts';
import { CONTROL_QUEUE, hostControlQueue } from '../model/names.ts';
import type { ForgetJobInput } from '../model/workflow-messages.ts';

const retry = { initialInterval: '500ms', backoffCoefficient: 2, maximumInterval: '5s' } as const;
/** How long one host is waited for before it is asked again whether it is still there to be waited for. */
const HOST_WITHIN = '1h';
/** Between two rounds, so that a host that refuses at once does not fill the history. */
const ROUND_PAUSE_MS = 5_000;

const control = proxyActivities<DeletionActivities>({
  taskQueue: CONTROL_QUEUE,
  startToCloseTimeout: '2m',
  retry,
});
const clearOn = (host: string, jobId: string): HostControlActivities['clear'] =>
  proxyActivities<Pick<HostControlActivities, 'clear'>>({
    taskQueue: hostControlQueue(host),
    startToCloseTimeout: '10m',
    scheduleToCloseTimeout: HOST_WITHIN,
    heartbeatTimeout: '45s',
    retry,
    summary: `remove what job ${jobId} left on ${host}`,
  }).clear;

/**
 * `forget:<uid>`: removes what a deleted job left in files, after every answer has forgotten it: its logs and blobs at
 * once, its folders on each host that ever had it as soon as that is back or removed for good, its rows at the end.
 */
export async function forgetJob(input: ForgetJobInput): Promise<void> {
  const { uid, jobId } = input;
  const done = new Set(input.done);
  for (;;) {
    const { uids, hosts, held } = await control.discard({ uid });
    const left = hosts.filter((host) => !done.has(host));
    if (left.length === 0 && held === 0) break;
    await Promise.all(
      left.map(async (host) => {
        try {
          await clearOn(host, jobId)({ jobId, uids });
          done.add(host);
        } catch (error) {
          if (isCancellation(error)) throw error;
        }
      }),
    );
    if (left.length === 0 || left.some((host) => !done.has(host))) await sleep(ROUND_PAUSE_MS);
    if (workflowInfo().continueAsNewSuggested) await continueAsNew<typeof forgetJob>({ uid, jobId, done: [...done] });
  }
  await control.wipe({ uid });
}
