import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { z } from 'zod';
import type { HostDescription } from '../../api/operations/describe-host.ts';
import { createDemoClient, type DemoClient } from '../../cli/demo/demo-client.ts';
import { freePort } from '../../cli/up/free-port.ts';
import { hostControlQueue, hostQueue, hostWorkflowId } from '../../model/names.ts';
import { eventually, startChild, type Child } from '../support/child.ts';
import { openEngineWay, type EngineWay } from '../support/engine-way.ts';
import { dockerSocket } from '../support/environment.ts';
import { MAIN, makeHome, startPart } from '../support/stack.ts';
import { startTemporalServer, type TemporalServer } from '../support/temporal-server.ts';
import { newId, reachesState, recordOf, submitScript } from './voyage.ts';

const pollersSchema = z.object({ pollers: z.array(z.unknown()).nullish() });
const pendingSchema = z.object({
  pendingActivities: z.array(z.object({ activityType: z.object({ name: z.string() }) })).default([]),
});

const undo: (() => Promise<unknown>)[] = [];
let temporal: TemporalServer;
let engine: EngineWay;
let home: Awaited<ReturnType<typeof makeHome>>;
let stack: typeof home & { readonly apiUrl: string; readonly client: DemoClient };
let server: Child;
let host: Child;

beforeAll(async () => {
  temporal = await startTemporalServer();
  undo.push(() => temporal.stop());
  const directory = await mkdtemp(join(tmpdir(), 'longshore-way-'));
  undo.push(() => rm(directory, { recursive: true }));
  engine = await openEngineWay(dockerSocket(), join(directory, 'engine.sock'));
  undo.push(() => engine.close());
  const port = await freePort('127.0.0.1');
  home = await makeHome({ api: { port }, temporal: { address: temporal.address } }, {});
  undo.push(() => home.remove());
  const apiUrl = `http://127.0.0.1:${port}`;
  stack = { ...home, apiUrl, client: createDemoClient(apiUrl, new AbortController().signal) };
});
afterAll(async () => {
  for (const step of undo.reverse()) await step();
});

const startServer = async (): Promise<void> => {
  const answers = async (): Promise<boolean> => (await fetch(`${stack.apiUrl}/readyz`).catch(() => null))?.ok === true;
  const child = await startPart(home, ['server'], answers);
  undo.push(() => child.stop());
  server = child;
};
const startHost = async (): Promise<void> => {
  const env = { LONGSHORE_DOCKER_SOCKET: engine.socketPath };
  const child = await startChild(process.execPath, [MAIN, 'host', '--config', home.configFile], env);
  undo.push(() => child.stop());
  host = child;
};
const says = (words: string | RegExp, times = 1): Promise<true> =>
  eventually(`the host says ${words}`, () => (host.output().split(words).length > times ? true : null), {
    withinMs: 60_000,
    explain: () => host.output(),
  });
const becomes = (what: string, is: (now: HostDescription) => boolean): Promise<HostDescription> =>
  eventually(
    `the host is ${what}`,
    async () => {
      const now = (await (await fetch(`${stack.apiUrl}/api/v1/hosts/${home.hostName}`)).json()) as HostDescription;
      return is(now) ? now : null;
    },
    { withinMs: 60_000, explain: () => host.output() },
  );
const isUp = ({ condition, placeable }: HostDescription): boolean => condition === 'up' && placeable;
const pollers = async (queue: string): Promise<number> => {
  const said = await temporal.cli(
    'task-queue',
    'describe',
    '--task-queue',
    queue,
    '--legacy-mode',
    '--output',
    'json',
    '--task-queue-type-legacy',
    'activity',
  );
  return pollersSchema.parse(JSON.parse(said)).pollers?.length ?? 0;
};
const liveSessions = async (): Promise<number> => {
  const said = await temporal.cli('workflow', 'describe', '-w', hostWorkflowId(home.hostName), '--output', 'json');
  const { pendingActivities } = pendingSchema.parse(JSON.parse(said));
  return pendingActivities.filter(({ activityType }) => activityType.name === 'hostSession').length;
};

describe('the sessions of a host', { timeout: 300_000 }, () => {
  it('begin once the server answers, and only then are jobs taken', async () => {
    await startHost();
    await says('waiting for the server');
    for (const queue of [hostQueue, hostControlQueue]) expect(await pollers(queue(home.hostName))).toBe(0);
    await startServer();
    await says('host is ready');
    await becomes('up', isUp);
    for (const queue of [hostQueue, hostControlQueue]) {
      await eventually('it polls', async () => ((await pollers(queue(home.hostName))) > 0 ? true : null));
    }
  });

  it('end while the engine does not answer, and begin again when engine and server both do', async () => {
    engine.shut();
    await says('the Docker engine does not answer');
    await becomes('suspect', ({ condition, placeable }) => condition === 'suspect' && !placeable);
    await says('waiting for the Docker engine');
    const id = newId('waits-for-engine');
    await submitScript(stack, id, 'true');
    await server.kill();
    const before = host.output().split('waiting for the server').length - 1;
    engine.open();
    await says('waiting for the server', before + 1);
    await startServer();
    expect(await recordOf(stack, id)).toMatchObject({ attempt: 1 });
    await becomes('up again', isUp);
    expect(await stack.client.ended(id)).toMatchObject({ state: 'succeeded', attempt: 1 });
  });

  it('of an earlier start are over when the next one is accepted, and their end is not held against it', async () => {
    await host.kill();
    await startHost();
    await says('host is ready');
    await becomes('up', isUp);
    const overAtMs = Date.now() + 50_000;
    await eventually('the old session is over', async () => ((await liveSessions()) === 1 ? true : null), {
      withinMs: 75_000,
    });
    // Longer than a session may be silent.
    while (Date.now() < overAtMs) {
      await becomes('up', () => true).then((now) => expect(now).toMatchObject({ condition: 'up', placeable: true }));
      await new Promise((resolve) => setTimeout(resolve, 500));
    }
    const id = newId('after-restart');
    await submitScript(stack, id, 'sleep 1');
    await reachesState(stack, id, 'succeeded');
  });

  it('are refused to a host that was removed, which says so and ends', async () => {
    const removed = await fetch(`${stack.apiUrl}/api/v1/hosts/${home.hostName}/remove`, { method: 'POST' });
    expect([200, 202]).toContain(removed.status);
    expect(await host.ended()).not.toBe(0);
    expect(host.output()).toContain(`host ${home.hostName} was removed. To let it join again, start it with an empty`);
  });
});
