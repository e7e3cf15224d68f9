#!/usr/bin/env node
import { readFileSync } from 'node:fs';
import { Command, InvalidArgumentError } from 'commander';
import { LongshoreError } from '../model/error.ts';
import { loadConfig, type Config } from '../worker/config.ts';

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

const version = (): string => {
  const text = readFileSync(new URL('../../package.json', import.meta.url), 'utf8');
  const matched = /"version":\s*"([^"]+)"/.exec(text);
  return matched?.[1] ?? 'unknown';
};

const program = new Command('longshore')
  .description("Runs a team's containerised jobs on the team's own Docker hosts, durably.")
  .version(version());

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

try {
  await program.parseAsync();
} catch (error) {
  process.stderr.write(`longshore: ${error instanceof LongshoreError ? error.message : describe(error)}\n`);
  process.exit(1);
}

function describe(error: unknown): string {
  return error instanceof Error ? (error.stack ?? error.message) : String(error);
}
