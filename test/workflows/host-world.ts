import { readFile } from 'node:fs/promises';
import { setTimeout as sleep } from 'node:timers/promises';
import { Context } from '@temporalio/activity';
import { Client, Connection, type WorkflowHandle } from '@temporalio/client';
import { NativeConnection, Worker } from '@temporalio/worker';
import type { ControlActivities, HostBookActivities, HostSessionActivities } from '../../activities/contract.ts';
import { helloSchema, type Hello, type HelloVerdict, type HostStanding } from '../../model/host.ts';
import { hostNameSchema, poolNameSchema } from '../../model/ids.ts';
import { CONTROL_QUEUE, HELLO_UPDATE, hostControlQueue } from '../../model/names.ts';
import type { HostInput } from '../../model/workflow-messages.ts';
import { eventually } from '../support/child.ts';
import { startTemporalServer } from '../support/temporal-server.ts';

export const HOST = hostNameSchema.parse('box1');
export const POOL = poolNameSchema.parse('default');

/** Long enough for a run of a dispatcher to be seen. */
const PLANNER_RESTS_AFTER_MS = 500;

export const hostInput = (longHistoryEvents: number): HostInput => ({
  ...{ name: HOST, pool: POOL, lostAfterMs: 1_000, cordoned: false, drain: null, session: null },
  ...{ longHistoryEvents, carried: null },
});

export const hello = (session: string): Hello =>
  helloSchema.parse({
    ...{ name: HOST, pool: POOL, session, engineId: 'e', incarnation: 'i', journalId: 'j', incarnations: ['i'] },
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

export type HostWorld = Awaited<ReturnType<typeof openHostWorld>>;

/** The workflows of hosts and pools on a real Temporal server; ledger, planner and host worker are what a test says. */
export const openHostWorld = async () => {
  let standing: HostStanding | null = null;
  let endSession: (() => void) | null = null;
  const evicted: string[] = [];
  const ledger = { isRemoved: false, held: 0 };
  const books: HostBookActivities & Pick<ControlActivities, 'dispatch'> = {
    hello: async () => {
      ledger.isRemoved = false;
      return { kind: 'accepted', generation: 1 };
    },
    recordHost: async (input) => {
      standing = input.standing;
      return { removed: ledger.isRemoved };
    },
    removeHost: async ({ destroyed }) => {
      if (ledger.held > 0 && !destroyed) return { kind: 'holds', held: ledger.held };
      ledger.isRemoved = true;
      return { kind: 'removed' };
    },
    evictHost: async ({ because }) => void evicted.push(because),
    dispatch: async () => {
      await sleep(PLANNER_RESTS_AFTER_MS);
      return { highestEpoch: { generation: 1, counter: 7 } };
    },
  };
  const session: HostSessionActivities = {
    hostSession: () =>
      Promise.race([
        Context.current().cancelled,
        new Promise<{ readonly kind: 'over' }>((resolve) => (endSession = () => resolve({ kind: 'over' }))),
      ]),
  };
  const server = await startTemporalServer();
  const connection = await Connection.connect({ address: server.address });
  const native = await NativeConnection.connect({ address: server.address });
  const client = new Client({ connection });
  const workflowBundle = { code: await readFile(new URL('../../workflow-bundle.js', import.meta.url), 'utf8') };
  const workers = [
    await Worker.create({ connection: native, taskQueue: CONTROL_QUEUE, workflowBundle, activities: { ...books } }),
    await Worker.create({ connection: native, taskQueue: hostControlQueue(HOST), activities: { ...session } }),
  ];
  const running = Promise.all(workers.map((worker) => worker.run()));
  return {
    address: server.address,
    client,
    /** As it stands for the ledger, whatever its workflow thinks. */
    ledger,
    /** Why the jobs of the host were told to end, each time. */
    evicted,
    say: (handle: WorkflowHandle, sessionName: string): Promise<HelloVerdict> =>
      handle.executeUpdate<HelloVerdict, [Hello]>(HELLO_UPDATE, { args: [hello(sessionName)] }),
    /** When the ledger was told so. */
    becomes: (what: string, is: (now: HostStanding) => boolean): Promise<true> =>
      eventually(`the host is ${what}`, () => (standing !== null && is(standing) ? true : null)),
    /** Ends the session that runs, once one does. */
    endSession: async (): Promise<void> => {
      const end = await eventually('its session runs', () => endSession);
      endSession = null;
      end();
    },
    close: async () => {
      for (const worker of workers) worker.shutdown();
      await running;
      await native.close();
      await connection.close();
      await server.stop();
    },
  };
};
