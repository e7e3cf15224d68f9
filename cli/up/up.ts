import { mkdirSync } from 'node:fs';
import { join } from 'node:path';
import type { Config } from '../../worker/config.ts';
import { refuseOpenBind } from '../../worker/server/bind-policy.ts';
import type { Console } from '../provision/console.ts';
import { engineSearch, findEngine } from '../provision/docker-engine.ts';
import { leaveEngine } from '../provision/leave-engine.ts';
import { findPrivateEngine } from '../provision/private-engine.ts';
import { defaultCacheDir, findTemporalCli } from '../provision/temporal-cli.ts';
import { temporalSources, thisPlatform } from '../provision/temporal-sources.ts';
import { openChildrenFile } from './children-file.ts';
import type { PartLog } from './part-log.ts';
import { apiUrl, planParts } from './parts.ts';
import { settlePorts, type Ports } from './ports.ts';
import { supervisePart, type SupervisedPart } from './supervised-part.ts';
import { becomeSupervisor, endLeftChildren } from './take-over.ts';

export type UpOptions = {
  readonly config: Config;
  readonly configFile: string | null;
  readonly env: Readonly<Record<string, string | undefined>>;
  /** Another free port where a default one is taken, instead of a refusal. */
  readonly anyPorts: boolean;
};

export type RunningLongshore = {
  readonly apiUrl: string;
  /** Null: Temporal is not ours, and where its Web UI is we do not know. */
  readonly temporalUiUrl: string | null;
  readonly temporalAddress: string;
  readonly dockerSocket: string;
  /** Ends host, server and Temporal, in that order. Containers go on. */
  readonly stop: () => Promise<void>;
};

type Deps = { readonly log: PartLog };

const temporalCli = (config: Config, env: UpOptions['env'], console: Console): Promise<string> => {
  const platform = thisPlatform();
  const sources = platform === null ? [] : temporalSources(env, platform);
  const { cli: setting } = config.temporal;
  return findTemporalCli({ setting, path: env['PATH'], cacheDir: defaultCacheDir(env), sources }, console);
};

const portsFor = ({ config, anyPorts: orAnother }: UpOptions, embedded: boolean): Promise<Ports> => {
  const wish = (ip: string, port: number, setting: string) => ({ ip, port, setting, orAnother });
  const { api, temporal } = config;
  return settlePorts(
    {
      api: wish(api.host, api.port, '--port, or api.port in longshore.yaml'),
      ...(embedded
        ? {
            temporal: wish('127.0.0.1', temporal.port, 'temporal.port in longshore.yaml'),
            temporalUi: wish('127.0.0.1', temporal.uiPort, 'temporal.uiPort in longshore.yaml'),
          }
        : {}),
    },
    join(config.dataDir, 'up', 'ports.json'),
  );
};

/**
 * Starts Temporal, server and host as child processes that are restarted whenever they end, each when the one before
 * it serves. One supervisor per data directory; one that was killed is taken over from. `abort` ends a start half-way.
 * A start that fails ends what it started, a private engine too; one that an earlier run left goes on.
 */
export const startUp = async (
  options: UpOptions,
  console: Console,
  { log }: Deps,
  abort: AbortSignal,
): Promise<RunningLongshore> => {
  const { config, env } = options;
  refuseOpenBind(config.api);
  const home = join(config.dataDir, 'up');
  const resign = await becomeSupervisor(join(home, 'lock'), config.dataDir);
  const started: SupervisedPart[] = [];
  const endParts = async (): Promise<void> => {
    for (let part = started.pop(); part !== undefined; part = started.pop()) await part.stop();
  };
  const stop = async (): Promise<void> => {
    await endParts();
    resign();
  };
  const say = (line: string): void => log.say('longshore', line);
  let startedEngine: string | null = null;
  try {
    const children = openChildrenFile(join(home, 'children.json'));
    await endLeftChildren(children, log);
    const embedded = config.temporal.address === `127.0.0.1:${config.temporal.port}`;
    // First what can refuse without having changed anything on this machine.
    const ports = await portsFor(options, embedded);
    const earlierEngine = await findPrivateEngine(config.dataDir);
    const dockerSocket = await findEngine(await engineSearch(env, config.dataDir, config.host.dockerSocket), console);
    if (earlierEngine === null) startedEngine = dockerSocket;
    const cli = embedded ? await temporalCli(config, env, console) : null;
    mkdirSync(join(config.dataDir, 'temporal'), { recursive: true });
    const debug = config.logLevel === 'debug';
    const places = {
      ip: '127.0.0.1',
      port: ports.temporal,
      uiPort: ports.temporalUi,
      databaseFile: join(config.dataDir, 'temporal', 'temporal.db'),
      logLevel: debug ? 'info' : 'warn',
    } as const;
    const temporalAddress = cli === null ? config.temporal.address : `127.0.0.1:${ports.temporal}`;
    const parts = planParts({
      env,
      dataDir: config.dataDir,
      configFile: options.configFile,
      debug,
      apiHost: config.api.host,
      apiPort: ports.api,
      temporalAddress,
      temporal: cli === null ? null : { cli, places },
      dockerSocket,
    });
    for (const part of parts) {
      abort.throwIfAborted();
      const supervised = supervisePart(part, { log, children });
      started.push(supervised);
      await supervised.ready(abort);
    }
    abort.throwIfAborted();
    return {
      apiUrl: apiUrl(config.api.host, ports.api),
      temporalUiUrl: cli === null ? null : `http://127.0.0.1:${ports.temporalUi}`,
      temporalAddress,
      dockerSocket,
      stop,
    };
  } catch (error) {
    await endParts();
    if (startedEngine !== null) {
      await leaveEngine(config.dataDir, startedEngine, say).catch((left: unknown) => {
        say(`the Docker engine ${startedEngine} could not be ended: ${String(left)}`);
      });
    }
    resign();
    throw error;
  }
};
