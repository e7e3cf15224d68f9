// The real servers that the suites run against. What the environment already names is used as it is; everything else
// is started here, in the given directory, and its end is pushed to `undo`.
import { spawn } from 'node:child_process';
import { closeSync, existsSync, mkdirSync, openSync, readdirSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';

const TEST_IMAGE = 'longshore-test/busybox:latest';
const load = (name) => import(`../dist/cli/provision/${name}.js`);

/** A test run that was killed leaves its engine running; its directory's name says whose it was. */
const endLeftovers = async (stopPrivateEngine) => {
  for (const name of readdirSync(tmpdir())) {
    const pid = /^longshore-test-(\d+)-/.exec(name)?.[1];
    if (pid === undefined || existsSync(`/proc/${pid}`) || process.platform !== 'linux') continue;
    await stopPrivateEngine(join(tmpdir(), name));
    rmSync(join(tmpdir(), name), { recursive: true, force: true });
  }
};

const engineFor = async (directory, undo, console) => {
  const { engineSearch, findEngine, privateEngine } = await load('docker-engine');
  const { stopPrivateEngine } = await load('private-engine');
  const search = await engineSearch(process.env, directory);
  if (!search.mayStart) return findEngine(search, console);
  await endLeftovers(stopPrivateEngine);
  undo.push(() => stopPrivateEngine(directory));
  return privateEngine(search, [], console);
};

const registryFor = async (directory, undo, console) => {
  const { findProgram } = await load('find-program');
  const { canInstall, installPackages } = await load('debian-packages');
  const { freePort } = await import('../dist/cli/up/free-port.js');
  let program = await findProgram('docker-registry', process.env.PATH);
  if (program === null && (await canInstall())) {
    await installPackages(['docker-registry'], 'the tests pull images from a registry on loopback', console);
    program = await findProgram('docker-registry', process.env.PATH);
  }
  if (program === null) {
    throw new Error(
      'there is no docker-registry; install it, or name one on loopback with LONGSHORE_TEST_REGISTRY=127.0.0.1:port',
    );
  }
  const home = join(directory, 'registry');
  mkdirSync(home);
  const address = `127.0.0.1:${await freePort('127.0.0.1')}`;
  const config = join(home, 'config.yml');
  writeFileSync(
    config,
    JSON.stringify({
      version: 0.1,
      log: { level: 'warn' },
      storage: { filesystem: { rootdirectory: join(home, 'data') }, delete: { enabled: true } },
      http: { addr: address },
    }),
  );
  const log = openSync(join(home, 'log'), 'w');
  const child = spawn(program, ['serve', config], { stdio: ['ignore', log, log] });
  closeSync(log);
  const ended = new Promise((resolve) => child.once('exit', resolve));
  undo.push(async () => {
    child.kill('SIGTERM');
    await ended;
  });
  for (let attempt = 0; attempt < 100; attempt += 1) {
    const answers = await fetch(`http://${address}/v2/`).then(
      (answer) => answer.ok,
      () => false,
    );
    if (answers) return address;
    if (child.exitCode !== null) break;
    await sleep(100);
  }
  throw new Error(`docker-registry does not answer at ${address}`);
};

const temporalFor = async (console) => {
  const { defaultCacheDir, findTemporalCli } = await load('temporal-cli');
  const { temporalSources, thisPlatform } = await load('temporal-sources');
  const platform = thisPlatform();
  return findTemporalCli(
    {
      setting: null,
      path: process.env.PATH,
      cacheDir: defaultCacheDir(process.env),
      sources: platform === null ? [] : temporalSources(process.env, platform),
    },
    console,
  );
};

const given = (name) => ((process.env[name] ?? '') ? process.env[name] : null);

/** The variables that test/support/environment.ts reads. */
export const prepareEnvironment = async (directory, undo) => {
  const { terminalConsole } = await load('console');
  const { openEngine } = await load('engine-access');
  const { importBusyboxImage } = await load('busybox-image');
  const socket = given('LONGSHORE_DOCKER_SOCKET') ?? (await engineFor(directory, undo, terminalConsole));
  const image = given('LONGSHORE_TEST_IMAGE') ?? TEST_IMAGE;
  if (given('LONGSHORE_TEST_IMAGE') === null) await importBusyboxImage(openEngine(socket), image, terminalConsole);
  return {
    LONGSHORE_DOCKER_SOCKET: socket,
    LONGSHORE_TEST_IMAGE: image,
    LONGSHORE_TEMPORAL_CLI: given('LONGSHORE_TEMPORAL_CLI') ?? (await temporalFor(terminalConsole)),
    LONGSHORE_TEST_REGISTRY: given('LONGSHORE_TEST_REGISTRY') ?? (await registryFor(directory, undo, terminalConsole)),
  };
};
