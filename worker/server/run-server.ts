import type { Config } from '../config.ts';
import { createLogger } from '../logger.ts';
import { installTemporalRuntime } from '../temporal-runtime.ts';
import type { ServerPart } from './open-ledger.ts';
import { startServer, type ServerSecrets } from './server-process.ts';

/**
 * The `server`, `api` or `control` process: runs until `end` fires, then stops cleanly. Rejects when it had to end by
 * itself, so that who started it starts it again.
 */
export async function runServer(
  config: Config,
  part: ServerPart,
  secrets: ServerSecrets,
  end: AbortSignal,
): Promise<void> {
  const logger = createLogger(part, config.logLevel);
  const runtime = installTemporalRuntime(logger);
  for (const warning of config.warnings) logger.warn(warning);
  const server = await startServer(config, part, secrets, logger);
  const told = new Promise<void>((resolve) => {
    if (end.aborted) resolve();
    end.addEventListener('abort', () => resolve(), { once: true });
  });
  try {
    await Promise.race([told, server.ended]);
  } finally {
    await server.stop();
    await runtime.end();
  }
  logger.info('stopped');
}
