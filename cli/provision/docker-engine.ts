import { homedir } from 'node:os';
import { join } from 'node:path';
import { LongshoreError } from '../../model/error.ts';
import type { Console } from './console.ts';
import { canInstall, installPackages } from './debian-packages.ts';
import { pingEngine } from './engine-access.ts';
import { findProgram } from './find-program.ts';
import { findPrivateEngine, startPrivateEngine } from './private-engine.ts';

export type EngineSearch = {
  /** The user's own word, from the config or DOCKER_HOST: tried alone, and an error when it does not answer. */
  readonly setting: string | null;
  /** Sockets that a running engine may answer on, tried in order. */
  readonly sockets: readonly string[];
  /** Where a private engine keeps its images and containers. */
  readonly dataDir: string;
  /** PATH, for finding dockerd. */
  readonly path: string | undefined;
  /** Whether packages may be installed here (root on Debian), and whether an engine can be started (root). */
  readonly mayInstall: boolean;
  readonly mayStart: boolean;
};

const WAY_OUT =
  'Start a Docker engine, or name one with DOCKER_HOST=unix:///path/to/docker.sock, or run this as root on Debian or Ubuntu, where Longshore installs and starts one. Where the engine refuses permission, join its group: usermod -aG docker <you>';

/** The search as this machine and user have it. */
export const engineSearch = async (
  env: Readonly<Record<string, string | undefined>>,
  dataDir: string,
  configured: string | null = null,
): Promise<EngineSearch> => ({
  setting: configured ?? env['DOCKER_HOST'] ?? null,
  sockets: [
    '/var/run/docker.sock',
    ...(env['XDG_RUNTIME_DIR'] === undefined ? [] : [join(env['XDG_RUNTIME_DIR'], 'docker.sock')]),
    join(homedir(), '.docker/run/docker.sock'),
  ],
  dataDir,
  path: env['PATH'],
  mayInstall: await canInstall(),
  mayStart: process.platform === 'linux' && process.getuid?.() === 0,
});

const theSetting = async (setting: string): Promise<string> => {
  const socketPath = setting.startsWith('unix://') ? setting.slice('unix://'.length) : setting;
  if (!socketPath.startsWith('/')) {
    throw new LongshoreError(
      'engine_setting_invalid',
      `the Docker engine setting "${setting}" names no Unix socket; Longshore works with the engine of its own machine: unix:///path/to/docker.sock`,
    );
  }
  const ping = await pingEngine(socketPath);
  if (ping.kind === 'answers') return socketPath;
  throw new LongshoreError(
    'engine_unreachable',
    `no Docker engine answers at "${setting}": ${ping.because}. ${WAY_OUT}.`,
  );
};

/**
 * The socket of an engine that answers: the one the user named, else one that runs, else a private one of this data directory, which
 * is started, and installed where that is possible and agreed to. Throws with what was tried and the way out.
 */
export const findEngine = async (search: EngineSearch, console: Console): Promise<string> => {
  if (search.setting !== null && search.setting !== '') return theSetting(search.setting);
  const tried: string[] = [];
  for (const path of search.sockets) {
    const ping = await pingEngine(path);
    if (ping.kind === 'answers') return path;
    tried.push(`${path}: ${ping.because}`);
  }
  return privateEngine(search, tried, console);
};

/** A private engine even where another one runs: the tests must not meet anybody's containers. */
export const privateEngine = async (
  search: EngineSearch,
  tried: readonly string[],
  console: Console,
): Promise<string> => {
  const running = await findPrivateEngine(search.dataDir);
  if (running !== null) return running;
  const dockerd = await findProgram('dockerd', search.path);
  if (dockerd !== null && search.mayStart) {
    console.say(`Starting a Docker engine of Longshore's own (${dockerd}, its data in ${search.dataDir}/engine).`);
    return startPrivateEngine(dockerd, search.dataDir, console);
  }
  if (!search.mayInstall) {
    const facts = [
      ...tried,
      dockerd === null ? 'dockerd is not installed' : 'dockerd is installed, but starting it needs root',
    ];
    throw new LongshoreError('engine_not_found', `no Docker engine was found (${facts.join('; ')}). ${WAY_OUT}.`);
  }
  await installPackages(
    ['docker.io', 'iptables', 'iproute2'],
    'jobs run in containers, and no Docker engine answers',
    console,
  );
  const installed = await findProgram('dockerd', search.path);
  if (installed === null) {
    throw new LongshoreError(
      'engine_not_found',
      `docker.io is installed and yet there is no dockerd on PATH. ${WAY_OUT}.`,
    );
  }
  return startPrivateEngine(installed, search.dataDir, console);
};
