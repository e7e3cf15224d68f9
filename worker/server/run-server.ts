import type { Config } from '../config.ts';
import { createLogger } from '../logger.ts';
import { installTemporalRuntime } from '../temporal-runtime.ts';
import { startServer } from './server-process.ts';

/**
 * The `server` process: runs until `end` fires, then stops cleanly. Rejects when it had to end by itself, so that who
 * started it starts it again. `token`: what hosts must show; null = the one in the data directory.
 */
export async function runServer(config: Config, token: string | null, end: AbortSignal): Promise<void> {
  const logger = createLogger('server', config.logLevel);
  installTemporalRuntime(logger);
  const server = await startServer(config, token, logger);
  const told = new Promise<void>((resolve) => {
    if (end.aborted) resolve();
    end.addEventListener('abort', () => resolve(), { once: true });
  });
  try {
    await Promise.race([told, server.ended]);
  } finally {
    await server.stop();
  }
  logger.info('stopped');
}
