import { LongshoreError } from '../model/error.ts';
import type { Config } from '../worker/config.ts';
import { hostToken } from '../worker/host-token.ts';
import { createLogger } from '../worker/logger.ts';
import { installTemporalRuntime } from '../worker/temporal-runtime.ts';
import { hostConfigSchema } from '../worker/host/host-config.ts';
import { startHost } from '../worker/host/host-process.ts';

/**
 * The `host` process: runs until `end` fires, then lets go; its containers go on. Rejects when it had to end by itself,
 * so that who started it starts it again. `token`: what it shows the server; null = the one in the data directory.
 * `onReady` is called once the server has accepted it and it polls.
 */
export async function runHost(
  config: Config,
  token: string | null,
  end: AbortSignal,
  onReady: () => void,
): Promise<void> {
  const { host, pool, temporal, allowedRoots } = config;
  if (host.dockerSocket === null) {
    throw new LongshoreError(
      'no_engine',
      'no Docker engine is named; set host.docker in longshore.yaml, or DOCKER_HOST=unix:///path/to/docker.sock',
    );
  }
  const logger = createLogger('host', config.logLevel);
  const runtime = installTemporalRuntime(logger);
  const settings = hostConfigSchema.parse({
    ...host,
    pool,
    temporal,
    allowedRoots,
    docker: { socketPath: host.dockerSocket },
    server: { url: host.serverUrl, token: token ?? (await hostToken(config.dataDir)) },
  });
  const running = await startHost(settings, { logger, abort: end }).catch((error: unknown) => {
    if (!end.aborted) throw error;
    logger.debug({ err: error }, 'told to stop before it was ready');
    return null;
  });
  if (running === null) {
    await runtime.end();
    logger.info('stopped');
    return;
  }
  onReady();
  const told = new Promise<void>((resolve) => {
    if (end.aborted) resolve();
    end.addEventListener('abort', () => resolve(), { once: true });
  });
  try {
    await Promise.race([told, running.ended]);
  } finally {
    await running.stop();
    await runtime.end();
  }
  logger.info('stopped');
}
