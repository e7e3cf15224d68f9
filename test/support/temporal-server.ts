import { execFile } from 'node:child_process';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { freePort } from '../../cli/up/free-port.ts';
import { temporalArguments } from '../../cli/up/temporal-flags.ts';
import { temporalReady } from '../../cli/up/temporal-ready.ts';
import { eventually, startChild, type Child } from './child.ts';
import { temporalCli } from './environment.ts';

/** A real Temporal with the settings that ship, on free ports and a database of its own. */
export type TemporalServer = {
  readonly address: string;
  readonly uiAddress: string;
  readonly pid: () => number;
  readonly databaseFile: string;
  /** All it said since its last start. */
  readonly output: () => string;
  /** Runs the `temporal` CLI against it, as a person would; its standard output. */
  readonly cli: (...args: readonly string[]) => Promise<string>;
  /** Ends it; its database stays, for `restart`. */
  readonly kill: () => Promise<void>;
  /** On the same ports and database. Ends the running one first, if one runs. */
  readonly restart: () => Promise<void>;
  /** Ends it and removes its database. */
  readonly stop: () => Promise<void>;
};

export const startTemporalServer = async (): Promise<TemporalServer> => {
  const directory = await mkdtemp(join(tmpdir(), 'longshore-temporal-'));
  const ip = '127.0.0.1';
  const [port, uiPort] = [await freePort(ip), await freePort(ip)];
  const address = `${ip}:${port}`;
  const databaseFile = join(directory, 'temporal.db');
  const args = temporalArguments({ ip, port, uiPort, databaseFile, logLevel: 'error' });
  const start = async (): Promise<Child> => {
    const child = await startChild(temporalCli(), args);
    await eventually('Temporal answers', async () => ((await temporalReady(address)) ? true : null), {
      explain: child.output,
    });
    return child;
  };
  let child = await start();
  return {
    address,
    uiAddress: `http://${ip}:${uiPort}`,
    pid: () => child.pid,
    databaseFile,
    output: () => child.output(),
    cli: async (...args) => {
      const said = await promisify(execFile)(temporalCli(), [...args, '--address', address], { maxBuffer: 1 << 26 });
      return said.stdout;
    },
    kill: () => child.kill(),
    restart: async () => {
      await child.stop();
      child = await start();
    },
    stop: async () => {
      await child.stop();
      await rm(directory, { recursive: true, force: true });
    },
  };
};
