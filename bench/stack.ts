import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type Docker from 'dockerode';
import { openEngine } from '../cli/provision/engine-access.ts';
import { importBusyboxImage } from '../cli/provision/busybox-image.ts';
import { terminalConsole } from '../cli/provision/console.ts';
import { startUp, type RunningLongshore } from '../cli/up/up.ts';
import { loadConfig, type Config } from '../worker/config.ts';

export const BENCH_IMAGE = 'longshore/bench:local';

export type BenchStack = {
  readonly running: RunningLongshore;
  readonly config: Config;
  readonly engine: Docker;
  readonly stop: () => Promise<void>;
};

/** A whole Longshore, as `longshore up` starts it, with a data directory of its own on the engine that is there. */
export async function startBenchStack(host: { readonly slots?: number } = {}): Promise<BenchStack> {
  const dataDir = await mkdtemp(join(tmpdir(), 'longshore-bench-'));
  const overrides = { dataDir, apiPort: 0 };
  const env = {
    ...process.env,
    LONGSHORE_DATA_DIR: dataDir,
    ...(host.slots === undefined ? {} : { NUM_WORKERS: String(host.slots) }),
  };
  const config = loadConfig({ env, file: null, overrides });
  const said: string[] = [];
  const log = { say: (speaker: string, line: string) => void said.push(`${speaker}: ${line}`) };
  const abort = new AbortController();
  try {
    const options = { config, configFile: null, env, anyPorts: true };
    const running = await startUp(options, terminalConsole, { log }, abort.signal);
    const engine = openEngine(running.dockerSocket);
    await importBusyboxImage(engine, BENCH_IMAGE, terminalConsole);
    const stop = async (): Promise<void> => {
      await running.stop();
      await rm(dataDir, { recursive: true, force: true });
    };
    return { running, config, engine, stop };
  } catch (error) {
    process.stderr.write(`${said.join('\n')}\n`);
    throw error;
  }
}
