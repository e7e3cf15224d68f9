/** What `temporal server start-dev` is told. Measured: these settings are worth 4x in latency and 2x in throughput. */
export type TemporalPlaces = {
  readonly ip: string;
  readonly port: number;
  readonly uiPort: number;
  /** Its SQLite file: all of Temporal's state. */
  readonly databaseFile: string;
  /** "warn" keeps the interleaved log readable. */
  readonly logLevel: 'debug' | 'info' | 'warn' | 'error';
};

const DYNAMIC_CONFIG = {
  // The queues' default of 20 polls a second adds 40-48 ms to every hop from "scheduled" to "started".
  'history.transferProcessorMaxPollRPS': 2000,
  'history.timerProcessorMaxPollRPS': 2000,
  'history.visibilityProcessorMaxPollRPS': 2000,
  // At the default of 100, a burst of signals during one workflow task fails that task again and again.
  'history.maximumBufferedEventsBatch': 5000,
  'matching.numTaskqueueReadPartitions': 1,
  'matching.numTaskqueueWritePartitions': 1,
  // At the default of 30 a second, a hundred schedules of one second are not started before the fourth.
  'worker.schedulerNamespaceStartWorkflowRPS': 200,
  // Each queue's row is written this often (seconds) although nothing happened; the default of 60 is felt with many hosts.
  'matching.updateAckInterval': 600,
  // A cancel reaches the worker at once instead of with its next heartbeat.
  'system.enableCancelActivityWorkerCommand': true,
  'frontend.WorkerCommandsEnabled': true,
} as const;

/** FULL measured the same as NORMAL under WAL, and what was acknowledged survives a power loss. */
const PRAGMAS = { journal_mode: 'wal', synchronous: 'full', busy_timeout: 5000 } as const;

/** Its heap is small and it makes much garbage: collected at four times what lives, not at twice. */
export const TEMPORAL_ENVIRONMENT = { GOGC: '300' } as const;

/** How long a closed workflow's history can be looked at. The default of one day loses the weekend. */
export const RETENTION_MS = 30 * 24 * 60 * 60 * 1000;
export const TEMPORAL_NAMESPACE = 'default';

export const temporalArguments = ({ ip, port, uiPort, databaseFile, logLevel }: TemporalPlaces): readonly string[] => [
  ...['server', 'start-dev', '--ip', ip, '--port', String(port), '--ui-ip', ip, '--ui-port', String(uiPort)],
  ...['--db-filename', databaseFile, '--log-level', logLevel, '--ui-disable-news-fetch'],
  ...Object.entries(DYNAMIC_CONFIG).flatMap(([key, value]) => ['--dynamic-config-value', `${key}=${value}`]),
  ...Object.entries(PRAGMAS).flatMap(([pragma, value]) => ['--sqlite-pragma', `${pragma}=${value}`]),
];
