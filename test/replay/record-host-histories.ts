/**
 * Records the histories of the workflows of hosts and pools beside those of jobs (see record-histories.ts), run by run:
 * `node dist/test/replay/record-host-histories.js`.
 */
import type { HelloVerdict } from '../../model/host.ts';
import { CONTROL_QUEUE, dispatcherWorkflowId, HOST_ORDER_SIGNAL, hostWorkflowId } from '../../model/names.ts';
import { eventually } from '../support/child.ts';
import { HOST, hostInput, openHostWorld, POOL } from '../workflows/host-world.ts';
import { saveHistory } from './save-history.ts';

const world = await openHostWorld();

const save = (name: string, workflowId: string, runId: string): Promise<void> =>
  saveHistory(name, { address: world.address, workflowId, runId });
const startHost = (longHistoryEvents: number) =>
  world.client.workflow.start('host', {
    workflowId: hostWorkflowId(HOST),
    taskQueue: CONTROL_QUEUE,
    args: [hostInput(longHistoryEvents)],
  });
const host = world.client.workflow.getHandle(hostWorkflowId(HOST));
const order = (asked: Record<string, unknown>): Promise<void> => host.signal(HOST_ORDER_SIGNAL, asked);
const expectAccepted = ({ kind }: HelloVerdict): void => {
  if (kind !== 'accepted') throw new Error('a hello was refused');
};
/** The run that follows this one. */
const after = (workflowId: string, runId: string): Promise<string> =>
  eventually('a new run', async () => {
    const now = await world.client.workflow.getHandle(workflowId).describe();
    return now.runId === runId ? null : now.runId;
  });

try {
  const whole = await startHost(1_000);
  expectAccepted(await world.say(host, 's1'));
  await world.becomes('up', ({ condition }) => condition === 'up');
  await world.endSession();
  await world.becomes('suspect', ({ condition }) => condition !== 'up');
  await world.becomes('lost', ({ condition }) => condition === 'lost');
  await world.say(host, 's1');
  expectAccepted(await world.say(host, 's2'));
  await world.becomes('back', ({ condition }) => condition === 'up');
  await order({ kind: 'cordon' });
  await order({ kind: 'drain', deadlineMs: Date.now() + 500 });
  await eventually('what ran there was told to end', () => (world.evicted.length > 0 ? true : null));
  await order({ kind: 'uncordon' });
  await world.becomes('open', ({ cordoned, drain }) => !cordoned && drain === null);
  await order({ kind: 'refresh' });
  await world.becomes('to say hello again', ({ condition }) => condition === 'suspect');
  expectAccepted(await world.say(host, 's3'));
  await order({ kind: 'remove', destroyed: false });
  await host.result();
  await save('host-heard-lost-returned-drained-removed', hostWorkflowId(HOST), whole.firstExecutionRunId);

  const long = await startHost(20);
  expectAccepted(await world.say(host, 's4'));
  for (const kind of ['cordon', 'uncordon', 'cordon']) {
    await order({ kind });
    await world.becomes(kind, ({ cordoned }) => cordoned === (kind === 'cordon'));
  }
  const second = await after(hostWorkflowId(HOST), long.firstExecutionRunId);
  await save('host-goes-on-anew', hostWorkflowId(HOST), long.firstExecutionRunId);
  await order({ kind: 'remove', destroyed: true });
  await host.result();
  await save('host-taken-over-and-removed-as-destroyed', hostWorkflowId(HOST), second);

  const workflowId = dispatcherWorkflowId(POOL);
  const first = await world.client.workflow.start('dispatcher', {
    ...{ workflowId, taskQueue: CONTROL_QUEUE },
    args: [{ pool: POOL }],
  });
  await after(workflowId, first.firstExecutionRunId);
  await world.client.workflow.getHandle(workflowId).terminate('recorded');
  await save('dispatcher-goes-on-anew', workflowId, first.firstExecutionRunId);
} finally {
  await world.close();
}
