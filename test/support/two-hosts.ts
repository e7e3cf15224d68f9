import { randomUUID } from 'node:crypto';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type Docker from 'dockerode';
import { stringify } from 'yaml';
import type { HostDescription } from '../../api/operations/describe-host.ts';
import { createDemoClient, type DemoClient } from '../../cli/demo/demo-client.ts';
import { openEngine } from '../../cli/provision/engine-access.ts';
import { freePort } from '../../cli/up/free-port.ts';
import { eventually, startChild, type Child } from './child.ts';
import { removeContainers } from './engine.ts';
import { dockerSocket } from './environment.ts';
import { secondEngine, type SecondEngine } from './second-engine.ts';
import { MAIN, managed, startPart, type ManagedChild } from './stack.ts';
import { startTemporalServer, type TemporalServer } from './temporal-server.ts';

/** What a host's `longshore.yaml` says in its section `host`; where its data is. */
export type HostFile = {
  readonly name: string;
  readonly dataDir: string;
  readonly socketPath: string;
  readonly host?: Readonly<Record<string, unknown>>;
};

/** A host of the pool as tests see it: its engine, its worker's process, what the api says of it. */
export type TestHost = HostFile & {
  readonly engine: Docker;
  readonly worker: ManagedChild;
  /** Rewrites its configuration, for the worker's next start. */
  readonly configure: (host: Readonly<Record<string, unknown>>) => Promise<void>;
  readonly described: () => Promise<HostDescription>;
  /** Resolves when the api says so of it. */
  readonly becomes: (
    what: string,
    is: (host: HostDescription) => boolean,
    withinMs?: number,
  ) => Promise<HostDescription>;
  /** POST /api/v1/hosts/<name>/<verb>; its status and answer. */
  readonly order: (verb: string, body?: unknown) => Promise<{ readonly status: number; readonly text: string }>;
  /** "<job id> <state>" of each of this pool's containers on its engine. */
  readonly containers: () => Promise<readonly string[]>;
};

export type TwoHosts = {
  readonly apiUrl: string;
  readonly client: DemoClient;
  readonly temporal: TemporalServer;
  readonly server: ManagedChild;
  readonly workDir: string;
  /** Both hosts see it, as they would a network file system. */
  readonly resultsRoot: string;
  readonly hosts: readonly [TestHost, TestHost];
  /** Rewrites the server's configuration, for its next start. */
  readonly configureServer: (config: Readonly<Record<string, unknown>>) => Promise<void>;
  /** Another host worker with such a file, until it ends by itself; everything it said. */
  readonly runUntilEnd: (file: HostFile) => Promise<string>;
  readonly stop: () => Promise<void>;
};

export type TwoHostsOptions = {
  readonly config?: Readonly<Record<string, unknown>>;
  /** Into the section `host` of both, then of each. */
  readonly host?: Readonly<Record<string, unknown>>;
  readonly each?: readonly [Readonly<Record<string, unknown>>, Readonly<Record<string, unknown>>];
  /** The engine of the second host; default: the one that `npm test` prepared. */
  readonly second?: SecondEngine;
};

/** Temporal, a server and two host workers, each on an engine of its own, as real processes. */
export const startTwoHosts = async (options: TwoHostsOptions = {}): Promise<TwoHosts> => {
  const undo: (() => Promise<void>)[] = [];
  const stop = async (): Promise<void> => {
    for (let step = undo.pop(); step !== undefined; step = undo.pop()) await step();
  };
  try {
    return { ...(await start(options, undo)), stop };
  } catch (error) {
    await stop();
    throw error;
  }
};

const start = async (
  { config = {}, host: common = {}, each = [{}, {}], second }: TwoHostsOptions,
  undo: (() => Promise<void>)[],
): Promise<Omit<TwoHosts, 'stop'>> => {
  const root = await mkdtemp(join(tmpdir(), 'longshore-hosts-'));
  undo.push(() => rm(root, { recursive: true, force: true }));
  const other = second ?? (await secondEngine());
  undo.push(() => other.stop());
  const temporal = await startTemporalServer();
  undo.push(() => temporal.stop());
  const port = await freePort('127.0.0.1');
  const apiUrl = `http://127.0.0.1:${port}`;
  const token = { LONGSHORE_HOST_TOKEN: randomUUID() };
  const [workDir, resultsRoot] = [join(root, 'work'), join(root, 'results')];

  const serverFile = join(root, 'server.yaml');
  const configureServer = (over: Readonly<Record<string, unknown>>): Promise<void> => {
    const content = { dataDir: join(root, 'server'), api: { port }, temporal: { address: temporal.address } };
    const planner = { neverFitsAfterSec: 1 };
    return writeFile(serverFile, stringify({ ...content, host: { workDir, resultsRoot }, planner, ...over }));
  };
  await configureServer(config);
  const answers = async (): Promise<boolean> => (await fetch(`${apiUrl}/readyz`).catch(() => null))?.ok === true;
  const server = await managed(() => startPart({ configFile: serverFile }, ['server'], answers, token));
  undo.push(() => server.stop());

  /** A host dials like one on another machine: nothing but its own directory, the addresses and the token. */
  const fileOf = async ({ name, dataDir, socketPath, host = {} }: HostFile): Promise<string> => {
    const path = join(root, `${randomUUID()}.yaml`);
    const own = { name, docker: socketPath, resultsRoot, archiveDir: join(dataDir, 'archive'), serverUrl: apiUrl };
    const content = { dataDir, temporal: { address: temporal.address }, host: { ...own, ...common, ...host } };
    await writeFile(path, stringify(content));
    return path;
  };
  const environment = (socketPath: string) => ({ ...token, LONGSHORE_DOCKER_SOCKET: socketPath });

  const pool = root.slice(-6).toLowerCase();
  const startHost = async (
    letter: string,
    socketPath: string,
    host: Readonly<Record<string, unknown>>,
  ): Promise<TestHost> => {
    const file: HostFile = { name: `test-${pool}-${letter}`, dataDir: join(root, letter), socketPath, host };
    const engine = openEngine(socketPath);
    undo.push(() => removeContainers(engine, `io.longshore.host=${file.name}`));
    let configFile = await fileOf(file);
    const ready = async (child: Child): Promise<boolean> => child.output().includes('host is ready');
    const worker = await managed(() => startPart({ configFile }, ['host'], ready, environment(socketPath)));
    undo.push(() => worker.stop());
    const described = async (): Promise<HostDescription> =>
      (await (await fetch(`${apiUrl}/api/v1/hosts/${file.name}`)).json()) as HostDescription;
    return {
      ...file,
      ...{ engine, worker, described },
      configure: async (over) => {
        configFile = await fileOf({ ...file, host: { ...host, ...over } });
      },
      becomes: (what, is, withinMs = 30_000) =>
        eventually(
          `${file.name} is ${what}`,
          async () => {
            const now = await described();
            return is(now) ? now : null;
          },
          { withinMs, explain: worker.child().output },
        ),
      order: async (verb, body = {}) => {
        const answer = await fetch(`${apiUrl}/api/v1/hosts/${file.name}/${verb}`, {
          method: 'POST',
          headers: { 'content-type': 'application/json' },
          body: JSON.stringify(body),
        });
        return { status: answer.status, text: await answer.text() };
      },
      containers: async () => {
        const found = await engine.listContainers({
          all: true,
          filters: { label: [`io.longshore.host=${file.name}`] },
        });
        return found.map(({ Labels, State }) => `${Labels['io.longshore.job']} ${State}`);
      },
    };
  };
  const hosts = [
    await startHost('a', dockerSocket(), each[0]),
    await startHost('b', other.socketPath, each[1]),
  ] as const;
  return {
    ...{ apiUrl, temporal, server, workDir, resultsRoot, hosts, configureServer },
    client: createDemoClient(apiUrl, new AbortController().signal),
    runUntilEnd: async (file) => {
      const args = [MAIN, 'host', '--config', await fileOf(file)];
      const child = await startChild(process.execPath, args, environment(file.socketPath));
      const timer = setTimeout(() => void child.kill(), 120_000);
      await child.ended();
      clearTimeout(timer);
      return child.output();
    },
  };
};
