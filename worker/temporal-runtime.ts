import { DefaultLogger, Runtime, type LogLevel } from '@temporalio/worker';
import type { Logger } from 'pino';

const levels: Readonly<Record<LogLevel, 'trace' | 'debug' | 'info' | 'warn' | 'error'>> = {
  TRACE: 'trace',
  DEBUG: 'debug',
  INFO: 'debug',
  WARN: 'warn',
  ERROR: 'error',
};

/** A warning about what is meant: a host's workers serve activities and nothing else. */
const meansToPollNone = /^No (workflows|Nexus services) registered/;

/**
 * Temporal's runtime, once per process and before any connection: its log lines join ours (its INFO is our debug: a
 * line per worker state is nobody's news), and signals are left to the process's own closer. It keeps the process alive:
 * `end` it after the last connection was closed. Temporal's own code does so only where there ever was one.
 */
export function installTemporalRuntime(logger: Logger): { readonly end: () => Promise<void> } {
  const runtime = Runtime.install({
    shutdownSignals: [],
    logger: new DefaultLogger('INFO', ({ level, message, meta }) => {
      logger[meansToPollNone.test(message) ? 'debug' : levels[level]]({ ...meta }, message);
    }),
    telemetryOptions: { logging: { forward: {}, filter: { core: 'WARN', other: 'ERROR' } } },
  });
  return { end: () => runtime.shutdown() };
}
