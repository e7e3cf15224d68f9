#!/usr/bin/env node
import { Command, InvalidArgumentError } from 'commander';
import { loadConfig, type Config } from '../worker/config.ts';
import { version } from '../worker/version.ts';
import { describeFailure } from './describe-failure.ts';
import { endSignal } from './signals.ts';

/** Apart from the data of a Longshore in earnest, and easy to throw away. */
const DEMO_DATA_DIR = '.longshore/demo';

type Options = {
  readonly host?: string;
  readonly port?: number;
  readonly config?: string;
  readonly dataDir?: string;
  readonly debug?: boolean;
};

const portNumber = (text: string): number => {
  if (/^\d{1,5}$/.test(text) && Number(text) <= 65_535) return Number(text);
  throw new InvalidArgumentError('a port is a whole number from 0 to 65535; 0 is any free one');
};

const configOf = ({ host, port, config, dataDir, debug }: Options): Config =>
  loadConfig({
    env: process.env,
    file: config ?? null,
    overrides: { apiHost: host, apiPort: port, dataDir, debug },
  });

/** What hosts show the server, where they do not share its data directory. Null = the one kept there. */
const hostToken = (): string | null => process.env['LONGSHORE_HOST_TOKEN'] ?? null;

/** `longshore host` takes the engine that is there: it starts or installs none, and says so where none answers. */
const runningEngine = async (dataDir: string): Promise<string> => {
  const { engineSearch, findEngine } = await import('./provision/docker-engine.ts');
  const { terminalConsole } = await import('./provision/console.ts');
  const search = await engineSearch(process.env, dataDir);
  return findEngine({ ...search, mayInstall: false, mayStart: false }, terminalConsole);
};

const program = new Command('longshore')
  .description("Runs a team's containerised jobs on the team's own Docker hosts, durably.")
  .version(version);

const command = (name: string, summary: string): Command =>
  program
    .command(name)
    .description(summary)
    .option('--config <file>', 'longshore.yaml to read')
    .option('--data-dir <directory>', 'where everything that must survive is kept')
    .option('-d, --debug', 'log in detail, in the foreground');

command('up', 'runs Temporal, server and host on this machine and keeps them running')
  .option('-H, --host <address>', 'address the api listens on')
  .option('-p, --port <port>', 'port the api listens on', portNumber)
  .action(async (options: Options) => {
    const { runUp } = await import('./up/up-command.ts');
    await runUp(configOf(options), options.config ?? null);
  });

const serve = (part: 'server' | 'api' | 'control') => async (options: Options) => {
  const { runServer } = await import('../worker/server/run-server.ts');
  const sealKey = process.env['LONGSHORE_SEAL_KEY'] ?? null;
  await runServer(configOf(options), part, { hostToken: hostToken(), sealKey }, endSignal());
};

command('server', 'runs the api and the control worker in the foreground')
  .option('-H, --host <address>', 'address the api listens on')
  .option('-p, --port <port>', 'port the api listens on', portNumber)
  .action(serve('server'));

command('api', 'runs an api alone, one of several on a ledger in PostgreSQL')
  .option('-H, --host <address>', 'address the api listens on')
  .option('-p, --port <port>', 'port the api listens on', portNumber)
  .action(serve('api'));

command('control', 'runs a control worker alone, one of several on a ledger in PostgreSQL').action(serve('control'));

command('host', 'runs the host worker of this machine in the foreground').action(async (options: Options) => {
  const { runHost } = await import('./host-command.ts');
  const config = configOf(options);
  const dockerSocket = config.host.dockerSocket ?? (await runningEngine(config.dataDir));
  // A supervisor that waits for this part hears it over the channel that Node gave it; alone, there is none.
  const onReady = (): void => void process.send?.('ready');
  await runHost({ ...config, host: { ...config.host, dockerSocket } }, hostToken(), endSignal(), onReady);
});

command('demo', 'runs a whole Longshore and one real job in it')
  .option('--exit', 'end after the job: status 0 only if it succeeded and its artifact is right')
  .action(async (options: Options & { readonly exit?: boolean }) => {
    const { runDemo } = await import('./demo/demo-command.ts');
    const config = configOf({ dataDir: DEMO_DATA_DIR, ...options });
    process.exitCode = await runDemo(config, options.config ?? null, options.exit ?? false);
  });

try {
  await program.parseAsync();
} catch (error) {
  process.stderr.write(`longshore: ${describeFailure(error)}\n`);
  process.exit(1);
}
