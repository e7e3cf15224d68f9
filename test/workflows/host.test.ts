import { readFile } from 'node:fs/promises';
import { Context } from '@temporalio/activity';
import { Client, Connection, type WorkflowHandle } from '@temporalio/client';
import { NativeConnection, Worker } from '@temporalio/worker';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { HostBookActivities, HostSessionActivities } from '../../activities/contract.ts';
import { helloSchema, type Hello, type HelloVerdict, type HostStanding } from '../../model/host.ts';
import { hostNameSchema, poolNameSchema } from '../../model/ids.ts';
import { CONTROL_QUEUE, HELLO_UPDATE, HOST_ORDER_SIGNAL, hostControlQueue, hostWorkflowId } from '../../model/names.ts';
import type { HostInput } from '../../model/workflow-messages.ts';
import { eventually } from '../support/child.ts';
import { startTemporalServer, type TemporalServer } from '../support/temporal-server.ts';

const name = hostNameSchema.parse('box1');
const pool = poolNameSchema.parse('default');

let server: TemporalServer;
let client: Client;
let close: () => Promise<void>;
/** What the ledger was told last, and how a test ends the host's present session. */
let standing: HostStanding | null = null;
let endSession: (() => void) | null = null;

const books: HostBookActivities = {
  hello: async () => ({ kind: 'accepted', generation: 1 }),
  recordHost: async (input) => void (standing = input.standing),
  removeHost: async () => ({ kind: 'removed' }),
  evictHost: async () => undefined,
};
const session: HostSessionActivities = {
  hostSession: () =>
    Promise.race([
      Context.current().cancelled,
      new Promise<{ readonly kind: 'over' }>((resolve) => (endSession = () => resolve({ kind: 'over' }))),
    ]),
};

beforeAll(async () => {
  server = await startTemporalServer();
  const connection = await Connection.connect({ address: server.address });
  const native = await NativeConnection.connect({ address: server.address });
  client = new Client({ connection });
  const workflowBundle = { code: await readFile(new URL('../../workflow-bundle.js', import.meta.url), 'utf8') };
  const workers = [
    await Worker.create({ connection: native, taskQueue: CONTROL_QUEUE, workflowBundle, activities: { ...books } }),
    await Worker.create({ connection: native, taskQueue: hostControlQueue(name), activities: { ...session } }),
  ];
  const running = Promise.all(workers.map((worker) => worker.run()));
  close = async () => {
    for (const worker of workers) worker.shutdown();
    await running;
    await native.close();
    await connection.close();
    await server.stop();
  };
});
afterAll(() => close());

const hello = (sessionName: string): Hello =>
  helloSchema.parse({
    ...{ name, pool, session: sessionName, engineId: 'e', incarnation: 'i', journalId: 'j', incarnations: ['i'] },
    ...{ lostAfterMs: 1_000, held: [], highestEpoch: null },
    inventory: {
      cpuMilli: 1,
      memoryBytes: 1,
      gpuIds: [],
      slots: 1,
      labels: {},
      engineVersion: '1',
      diskFreeBytes: null,
    },
  });
const input: HostInput = {
  ...{ name, pool, lostAfterMs: 1_000, cordoned: false, drain: null, session: null },
  ...{ longHistoryEvents: 30, carried: null },
};
const say = (handle: WorkflowHandle, sessionName: string): Promise<HelloVerdict> =>
  handle.executeUpdate<HelloVerdict, [Hello]>(HELLO_UPDATE, { args: [hello(sessionName)] });
const becomes = (what: string, is: (now: HostStanding) => boolean): Promise<true> =>
  eventually(`the host is ${what}`, () => (standing !== null && is(standing) ? true : null));

describe('the host workflow', () => {
  it(
    'judges its host by its sessions, obeys orders, ignores what makes no sense, and goes on anew',
    { timeout: 60_000 },
    async () => {
      const handle = await client.workflow.start('host', {
        workflowId: hostWorkflowId(name),
        taskQueue: CONTROL_QUEUE,
        args: [input],
      });
      const firstRun = handle.firstExecutionRunId;
      const now = client.workflow.getHandle(hostWorkflowId(name));
      expect(await say(now, 's1')).toEqual({ kind: 'accepted', generation: 1 });
      await becomes('up', ({ condition }) => condition === 'up');

      const end = await eventually('its session runs', () => endSession);
      end();
      await becomes('lost once nothing was heard for long enough', ({ condition }) => condition === 'lost');
      expect(await say(now, 's1')).toMatchObject({ kind: 'refused' });
      expect(await say(now, 's2')).toMatchObject({ kind: 'accepted' });
      await becomes('up again', ({ condition }) => condition === 'up');

      for (const garbage of [null, 1, {}, { kind: 'explode' }, { kind: 'remove' }])
        await now.signal(HOST_ORDER_SIGNAL, garbage);
      await now.signal(HOST_ORDER_SIGNAL, { kind: 'cordon' });
      await becomes('cordoned', ({ cordoned }) => cordoned);
      for (let order = 0; order < 12; order += 1) {
        await now.signal(HOST_ORDER_SIGNAL, { kind: order % 2 === 0 ? 'uncordon' : 'cordon' });
      }
      await eventually('it goes on as a new run', async () =>
        (await now.describe()).runId === firstRun ? null : true,
      );
      await becomes('still up and cordoned', ({ condition, cordoned }) => condition === 'up' && cordoned);

      await now.signal(HOST_ORDER_SIGNAL, { kind: 'remove', destroyed: true });
      expect(await now.result()).toMatchObject({ condition: { kind: 'removed' } });
    },
  );
});
