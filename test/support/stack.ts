import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { stringify } from 'yaml';
import { createDemoClient, type DemoClient } from '../../cli/demo/demo-client.ts';
import { openChildrenFile, type RecordedChild } from '../../cli/up/children-file.ts';
import { freePort } from '../../cli/up/free-port.ts';
import type { PartName } from '../../cli/up/part-log.ts';
import { eventually, startChild, type Child } from './child.ts';
import { removeContainers, testEngine } from './engine.ts';
import { dockerSocket, temporalCli, testImage } from './environment.ts';
import { startTemporalServer, type TemporalServer } from './temporal-server.ts';

export const MAIN = fileURLToPath(new URL('../../cli/main.js', import.meta.url));

export type StackOptions = {
  /** Merged over what the fixture writes into longshore.yaml, section by section. */
  readonly config?: Readonly<Record<string, unknown>>;
  /** Merged into its section `host`. */
  readonly host?: Readonly<Record<string, unknown>>;
  /** Of a stack in parts: into the environment of its server, which finds the keys to a bucket there. */
  readonly env?: Readonly<Record<string, string>>;
  /** Of a stack in parts: the way on which its host reaches its server, whose port this is told; its URL. */
  readonly hostReaches?: (apiPort: number) => Promise<string>;
};

/** Directories and configuration of one Longshore of its own: free ports, a temporary data directory. */
type Home = {
  readonly dataDir: string;
  readonly workDir: string;
  readonly resultsRoot: string;
  readonly configFile: string;
  readonly hostName: string;
  readonly remove: () => Promise<void>;
};

export const makeHome = async (config: Readonly<Record<string, unknown>>, options: StackOptions): Promise<Home> => {
  const dataDir = await mkdtemp(join(tmpdir(), 'longshore-stack-'));
  const hostName = `test-${dataDir.slice(-6).toLowerCase()}`;
  const [workDir, resultsRoot] = [join(dataDir, 'work'), join(dataDir, 'results')];
  const configFile = join(dataDir, 'longshore.yaml');
  const content = {
    dataDir,
    host: { name: hostName, docker: dockerSocket(), workDir, resultsRoot, ...options.host },
    planner: { neverFitsAfterSec: 1 },
    ...config,
  };
  await writeFile(configFile, stringify({ ...content, ...options.config }));
  return {
    ...{ dataDir, workDir, resultsRoot, configFile, hostName },
    remove: async () => {
      await removeContainers(testEngine(), `io.longshore.host=${hostName}`);
      await rm(dataDir, { recursive: true, force: true });
    },
  };
};

/** What the Foundations SDK would submit for a shell script in `main.sh`. */
export const shellJob = (
  home: Pick<Home, 'workDir' | 'resultsRoot'>,
  jobId: string,
  over: Record<string, unknown> = {},
) => ({
  job_id: jobId,
  spec: {
    image: testImage(),
    command: ['sh', 'main.sh'],
    environment: { JOB_ID: jobId, ARCHIVE_DIR: join(home.resultsRoot, 'archive') },
    volumes: {
      [join(home.workDir, jobId)]: { bind: '/job', mode: 'rw' },
      [home.resultsRoot]: { bind: home.resultsRoot, mode: 'rw' },
    },
    working_dir: '/job',
    ...over,
  },
  metadata: { project_name: 'test', username: 'tester' },
});

export type UpStack = Home & {
  readonly apiUrl: string;
  readonly client: DemoClient;
  readonly up: () => Child;
  /** The part's process as the supervisor recorded it. */
  readonly part: (name: PartName) => RecordedChild;
  /** kill -9 of one part; resolves when the supervisor has started it again. */
  readonly killPart: (name: PartName) => Promise<RecordedChild>;
  /** Starts `longshore up` again on the same directory, after its end or kill. */
  readonly startAgain: () => Promise<void>;
  readonly stop: () => Promise<void>;
};

/** `longshore up` as a real process, with its three children. */
export const startUpStack = async (options: StackOptions = {}): Promise<UpStack> => {
  const home = await makeHome({ api: { port: 0 }, temporal: { port: 0, uiPort: 0, cli: temporalCli() } }, options);
  const launch = async (): Promise<{ readonly child: Child; readonly apiUrl: string }> => {
    const child = await startChild(process.execPath, [MAIN, 'up', '--config', home.configFile]);
    const apiUrl = await eventually('longshore is up', () => /ready\. api (\S+)/.exec(child.output())?.[1] ?? null, {
      withinMs: 90_000,
      explain: child.output,
    });
    return { child, apiUrl };
  };
  let running = await launch();
  const children = openChildrenFile(join(home.dataDir, 'up', 'children.json'));
  const part = (name: PartName): RecordedChild => {
    const found = children.read().find((child) => child.part === name);
    if (found === undefined) throw new Error(`no ${name} is recorded in ${home.dataDir}`);
    return found;
  };
  return {
    ...home,
    apiUrl: running.apiUrl,
    client: createDemoClient(running.apiUrl, new AbortController().signal),
    up: () => running.child,
    part,
    killPart: async (name) => {
      const killed = part(name);
      process.kill(killed.pid, 'SIGKILL');
      return eventually(`${name} is started again`, () => (part(name).pid === killed.pid ? null : part(name)));
    },
    startAgain: async () => {
      running = await launch();
    },
    stop: async () => {
      await running.child.stop();
      await home.remove();
    },
  };
};

export type PartsStack = Home & {
  readonly apiUrl: string;
  readonly client: DemoClient;
  readonly temporal: TemporalServer;
  /** Null while it is down. */
  readonly server: ManagedChild;
  readonly host: ManagedChild;
  readonly stop: () => Promise<void>;
};

export type ManagedChild = {
  readonly child: () => Child;
  readonly kill: () => Promise<void>;
  readonly stop: () => Promise<void>;
  readonly start: () => Promise<void>;
};

export const managed = async (start: () => Promise<Child>): Promise<ManagedChild> => {
  let child = await start();
  return {
    child: () => child,
    kill: () => child.kill(),
    stop: () => child.stop(),
    start: async () => {
      await child.stop();
      child = await start();
    },
  };
};

/** One part as a process, when it is ready. */
export const startPart = async (
  home: Pick<Home, 'configFile'>,
  part: readonly string[],
  ready: (child: Child) => Promise<boolean>,
  env: Readonly<Record<string, string>> = {},
): Promise<Child> => {
  const child = await startChild(process.execPath, [MAIN, ...part, '--config', home.configFile], env);
  await eventually(`${part[0]} is ready`, async () => ((await ready(child)) ? true : null), {
    withinMs: 90_000,
    explain: child.output,
  });
  return child;
};

/** The three parts, each started by the test itself: nothing comes back unless the test starts it. */
export const startPartsStack = async (options: StackOptions = {}): Promise<PartsStack> => {
  const port = await freePort('127.0.0.1');
  const temporal = await startTemporalServer();
  const home = await makeHome({ api: { port }, temporal: { address: temporal.address } }, options);
  const apiUrl = `http://127.0.0.1:${port}`;
  const answers = async (): Promise<boolean> => {
    try {
      return (await fetch(`${apiUrl}/readyz`)).ok;
    } catch {
      return false;
    }
  };
  const server = await managed(() => startPart(home, ['server'], answers, options.env));
  const way = await options.hostReaches?.(port);
  const host = await managed(() =>
    startPart(
      home,
      ['host'],
      async (child) => child.output().includes('host is ready'),
      way === undefined ? {} : { LONGSHORE_SERVER_URL: way },
    ),
  );
  return {
    ...home,
    ...{ apiUrl, temporal, server, host },
    client: createDemoClient(apiUrl, new AbortController().signal),
    stop: async () => {
      await host.stop();
      await server.stop();
      await temporal.stop();
      await home.remove();
    },
  };
};
