import { pino, type Logger } from 'pino';

/** One JSON line per event on standard output; `longshore up` makes it readable. Names of secrets are never logged. */
export const createLogger = (part: string, level: string): Logger =>
  pino({
    level,
    base: { part },
    timestamp: pino.stdTimeFunctions.isoTime,
    errorKey: 'err',
    // Temporal's SDK calls it `error`.
    serializers: { error: pino.stdSerializers.err },
  });
