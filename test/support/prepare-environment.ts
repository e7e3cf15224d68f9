import { spawn } from 'node:child_process';
import { closeSync, existsSync, mkdirSync, openSync, readdirSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { importBusyboxImage } from '../../cli/provision/busybox-image.ts';
import { terminalConsole } from '../../cli/provision/console.ts';
import { canInstall, installPackages } from '../../cli/provision/debian-packages.ts';
import { engineSearch, findEngine, privateEngine } from '../../cli/provision/docker-engine.ts';
import { openEngine } from '../../cli/provision/engine-access.ts';
import { findProgram } from '../../cli/provision/find-program.ts';
import { stopPrivateEngine } from '../../cli/provision/private-engine.ts';
import { defaultCacheDir, findTemporalCli } from '../../cli/provision/temporal-cli.ts';
import { temporalSources, thisPlatform } from '../../cli/provision/temporal-sources.ts';
import { freePort } from '../../cli/up/free-port.ts';
import { eventually } from './child.ts';
import { findPostgresPrograms } from './postgres-programs.ts';
import { findRedisProgram } from './redis-program.ts';
import { installPythonOracles } from './python-oracles.ts';

/**
 * The real servers that the suites run against. What the environment already names is used as it is; everything else
 * is started here, in a directory of this run's own, and its end is pushed to `undo`.
 */
export type Preparation = {
  readonly env: Readonly<Record<string, string | undefined>>;
  /** Named `longshore-test-<pid>-...` in the system's temporary directory: what a killed run leaves is known by that. */
  readonly directory: string;
  readonly undo: (() => Promise<void> | void)[];
};

const TEST_IMAGE = 'longshore-test/busybox:latest';

const endLeftovers = async (): Promise<void> => {
  if (process.platform !== 'linux') return;
  for (const name of readdirSync(tmpdir())) {
    const pid = /^longshore-test-(\d+)-/.exec(name)?.[1];
    if (pid === undefined || existsSync(`/proc/${pid}`)) continue;
    await stopPrivateEngine(join(tmpdir(), name));
    await stopPrivateEngine(join(tmpdir(), name, 'second'));
    rmSync(join(tmpdir(), name), { recursive: true, force: true });
  }
};

/** A private engine, so that tests never meet anybody's containers; for users who may not start one, the running one. */
const engine = async ({ env, directory, undo }: Preparation): Promise<string> => {
  const search = await engineSearch(env, directory);
  if (!search.mayStart) return findEngine(search, terminalConsole);
  await endLeftovers();
  undo.push(() => stopPrivateEngine(directory));
  return privateEngine(search, [], terminalConsole);
};

const registryProgram = async (path: string | undefined): Promise<string> => {
  const installed = await findProgram('docker-registry', path);
  if (installed !== null) return installed;
  if (await canInstall()) {
    await installPackages(['docker-registry'], 'the tests pull images from a registry on loopback', terminalConsole);
  }
  const program = await findProgram('docker-registry', path);
  if (program !== null) return program;
  throw new Error('there is no docker-registry: install it, or name one with LONGSHORE_TEST_REGISTRY=127.0.0.1:port');
};

const registry = async ({ env, directory, undo }: Preparation): Promise<string> => {
  const program = await registryProgram(env['PATH']);
  const home = join(directory, 'registry');
  mkdirSync(home);
  const address = `127.0.0.1:${await freePort('127.0.0.1')}`;
  const config = {
    version: 0.1,
    log: { level: 'warn' },
    storage: { filesystem: { rootdirectory: join(home, 'data') }, delete: { enabled: true } },
    http: { addr: address },
  };
  writeFileSync(join(home, 'config.yml'), JSON.stringify(config));
  const log = openSync(join(home, 'log'), 'w');
  const child = spawn(program, ['serve', join(home, 'config.yml')], { stdio: ['ignore', log, log] });
  closeSync(log);
  const ended = new Promise<void>((resolve) => child.once('exit', () => resolve()));
  undo.push(async () => {
    child.kill('SIGTERM');
    await ended;
  });
  return eventually('the registry answers', async () => {
    const answer = await fetch(`http://${address}/v2/`).catch(() => null);
    return answer?.ok === true ? address : null;
  });
};

const temporal = (env: Preparation['env']): Promise<string> => {
  const platform = thisPlatform();
  const sources = platform === null ? [] : temporalSources(env, platform);
  return findTemporalCli(
    { setting: null, path: env['PATH'], cacheDir: defaultCacheDir(env), sources },
    terminalConsole,
  );
};

const importImage = async (socketPath: string): Promise<string> => {
  await importBusyboxImage(openEngine(socketPath), TEST_IMAGE, terminalConsole);
  return TEST_IMAGE;
};

/** Null for users who may not start one: what needs it says so. */
const secondEngine = async ({ env, directory, undo }: Preparation, image: string): Promise<string | null> => {
  const home = join(directory, 'second');
  const search = await engineSearch(env, home);
  if (!search.mayStart) return null;
  // After everything else: engines that a killed suite left behind are known by its process being gone.
  undo.unshift(endLeftovers);
  undo.push(() => stopPrivateEngine(home));
  const socketPath = await privateEngine(search, [], terminalConsole);
  await importBusyboxImage(openEngine(socketPath), image, terminalConsole);
  return socketPath;
};

/** The variables that environment.ts reads. */
export const prepareEnvironment = async (preparation: Preparation): Promise<Readonly<Record<string, string>>> => {
  const { env, directory } = preparation;
  const socketPath = env['LONGSHORE_DOCKER_SOCKET'] ?? (await engine(preparation));
  const image = env['LONGSHORE_TEST_IMAGE'] ?? (await importImage(socketPath));
  const second = env['LONGSHORE_TEST_SECOND_DOCKER_SOCKET'] ?? (await secondEngine(preparation, image));
  return {
    LONGSHORE_DOCKER_SOCKET: socketPath,
    LONGSHORE_TEST_IMAGE: image,
    ...(second === null ? {} : { LONGSHORE_TEST_SECOND_DOCKER_SOCKET: second }),
    LONGSHORE_TEMPORAL_CLI: env['LONGSHORE_TEMPORAL_CLI'] ?? (await temporal(env)),
    LONGSHORE_TEST_REGISTRY: env['LONGSHORE_TEST_REGISTRY'] ?? (await registry(preparation)),
    LONGSHORE_TEST_POSTGRES:
      env['LONGSHORE_TEST_POSTGRES'] ?? (await findPostgresPrograms(env['PATH'], terminalConsole)),
    LONGSHORE_TEST_REDIS: env['LONGSHORE_TEST_REDIS'] ?? (await findRedisProgram(env['PATH'], terminalConsole)),
    LONGSHORE_TEST_PYTHON:
      env['LONGSHORE_TEST_PYTHON'] ??
      (await installPythonOracles(env['PATH'], join(directory, 'python'), terminalConsole)),
  };
};
