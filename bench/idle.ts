import { mkdir, mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { pino } from 'pino';
import { hostToken } from '../worker/host-token.ts';
import { hostConfigSchema } from '../worker/host/host-config.ts';
import { startHost } from '../worker/host/host-process.ts';
import { installTemporalRuntime } from '../worker/temporal-runtime.ts';
import { startEmptyEngine } from './empty-engine.ts';
import { machine, rounded } from './figures.ts';
import { startBenchStack, type BenchStack } from './stack.ts';

/** What follows a start (caches filled, first sessions) is over after this. */
const SETTLE_SEC = 20;

type ExtraHost = { readonly stop: () => Promise<void> };

/**
 * What Temporal and the server cost while nothing runs: one host is the stack's own, the others are the real host
 * worker in this process, each with its own engine that has no containers.
 */
export async function benchIdle(hosts: number, seconds: number, json: boolean): Promise<void> {
  const directory = await mkdtemp(join(tmpdir(), 'longshore-idle-'));
  const stack = await startBenchStack();
  const extra: ExtraHost[] = [];
  try {
    const logger = pino({ level: 'warn' }, process.stderr);
    installTemporalRuntime(logger);
    while (extra.length < hosts - 1) {
      extra.push(await startExtraHost(stack, join(directory, `host-${extra.length}`), `bench-${extra.length}`, logger));
    }
    await sleep(SETTLE_SEC * 1_000);
    const used = (): readonly number[] => [stack.processorSec('temporal'), stack.processorSec('server')];
    const [before, beganMs] = [used(), performance.now()];
    await sleep(seconds * 1_000);
    const after = used();
    const tookSec = (performance.now() - beganMs) / 1_000;
    const percents = after.map((sec, part) => rounded(((sec - (before[part] ?? Number.NaN)) / tookSec) * 100));
    const [temporalPercent, serverPercent] = [percents[0] ?? Number.NaN, percents[1] ?? Number.NaN];
    const togetherPercent = rounded(temporalPercent + serverPercent);
    process.stdout.write(
      `${hosts} idle hosts for ${Math.round(tookSec)} s, in percent of one core, on ${machine()}\n` +
        `Temporal    ${temporalPercent}\nserver      ${serverPercent}\ntogether    ${togetherPercent}\n`,
    );
    if (json) {
      process.stdout.write(`${JSON.stringify({ togetherPercent, temporalPercent, serverPercent, hosts, seconds })}\n`);
    }
  } finally {
    await Promise.all(extra.map((host) => host.stop()));
    await stack.stop();
    await rm(directory, { recursive: true, force: true });
  }
}

async function startExtraHost(
  { running, config }: BenchStack,
  directory: string,
  name: string,
  logger: pino.Logger,
): Promise<ExtraHost> {
  await mkdir(directory, { recursive: true });
  const engine = await startEmptyEngine(join(directory, 'engine.sock'), `engine-of-${name}`);
  const settings = hostConfigSchema.parse({
    ...config.host,
    name,
    pool: config.pool,
    dataDir: directory,
    workDir: join(directory, 'work'),
    archiveDir: join(directory, 'archive'),
    temporal: { ...config.temporal, address: running.temporalAddress },
    allowedRoots: config.allowedRoots,
    docker: { socketPath: engine.socketPath },
    server: { url: running.apiUrl, token: await hostToken(config.dataDir) },
  });
  const abort = new AbortController();
  const host = await startHost(settings, { logger, abort: abort.signal });
  return {
    stop: async () => {
      abort.abort();
      await host.stop();
      await engine.close();
    },
  };
}
