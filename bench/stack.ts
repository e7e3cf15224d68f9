import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type Docker from 'dockerode';
import { openEngine } from '../cli/provision/engine-access.ts';
import { stopPrivateEngine } from '../cli/provision/private-engine.ts';
import { importBusyboxImage } from '../cli/provision/busybox-image.ts';
import { terminalConsole } from '../cli/provision/console.ts';
import { openChildrenFile } from '../cli/up/children-file.ts';
import type { PartName } from '../cli/up/part-log.ts';
import { startUp, type RunningLongshore } from '../cli/up/up.ts';
import { loadConfig, type Config } from '../worker/config.ts';
import { processorSec } from './processor-time.ts';
import { residentBytes } from './resident-memory.ts';

export const BENCH_IMAGE = 'longshore/bench:local';

export type BenchStack = {
  readonly running: RunningLongshore;
  readonly config: Config;
  readonly engine: Docker;
  /** Seconds of processor time that the part has used so far. */
  readonly processorSec: (part: PartName) => number;
  /** What the part has in memory now. */
  readonly residentBytes: (part: PartName) => number;
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
      // Where no engine was found, one of this directory's own was started.
      await stopPrivateEngine(dataDir);
      await rm(dataDir, { recursive: true, force: true });
    };
    const children = openChildrenFile(join(dataDir, 'up', 'children.json'));
    const pidOf = (part: PartName): number => {
      const child = children.read().find((one) => one.part === part);
      if (child === undefined) throw new Error(`no ${part} is recorded in ${dataDir}`);
      return child.pid;
    };
    return {
      ...{ running, config, engine, stop },
      processorSec: (part) => processorSec(pidOf(part)),
      residentBytes: (part) => residentBytes(pidOf(part)),
    };
  } catch (error) {
    process.stderr.write(`${said.join('\n')}\n`);
    throw error;
  }
}
