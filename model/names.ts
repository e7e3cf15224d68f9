/** Names that several processes must agree on. Plain strings: safe to import as values in workflow code too. */
export const CONTROL_QUEUE = 'control';
export const hostQueue = (host: string): string => `host:${host}`;
export const hostControlQueue = (host: string): string => `host:${host}:control`;
export const jobWorkflowId = (jobId: string): string => `job:${jobId}`;
export const closeWorkflowId = (uid: string): string => `close:${uid}`;
/** `epoch`: of the one placement that it brings down. */
export const strayWorkflowId = (uid: string, epoch: string): string => `stray:${uid}:${epoch}`;
export const forgetWorkflowId = (uid: string): string => `forget:${uid}`;
export const dispatcherWorkflowId = (pool: string): string => `dispatcher:${pool}`;
export const hostWorkflowId = (host: string): string => `host:${host}`;

/** A schedule's id in Temporal: this and the id people gave it. */
export const SCHEDULE_PREFIX = 'schedule:';
export const scheduleWorkflowId = (jobId: string): string => `${SCHEDULE_PREFIX}${jobId}`;

export const PLACED_SIGNAL = 'placed';
export const CANCEL_SIGNAL = 'cancel';
export const HOST_LOST_SIGNAL = 'hostLost';
/** Asks a job's workflow to tell the ledger where it stands; carries its uid. */
export const RESTATE_SIGNAL = 'restate';
export const HELLO_UPDATE = 'hello';
export const REMOVE_UPDATE = 'remove';
/** What an operator or the planner asks of a host's workflow. */
export const HOST_ORDER_SIGNAL = 'order';

/** Labels on everything Longshore makes on an engine. Nothing without `io.longshore.uid` is ever touched. */
export const LABELS = {
  uid: 'io.longshore.uid',
  jobId: 'io.longshore.job',
  role: 'io.longshore.role',
  replica: 'io.longshore.replica',
  attempt: 'io.longshore.attempt',
  epoch: 'io.longshore.epoch',
  engineId: 'io.longshore.engine',
  host: 'io.longshore.host',
  /** GPU ids the container holds, comma separated; empty = none. */
  gpus: 'io.longshore.gpus',
} as const;

/** Search attributes the service registers at start-up. */
export const SEARCH_ATTRIBUTES = {
  jobState: 'JobState',
  pool: 'Pool',
  project: 'Project',
  owner: 'Owner',
  host: 'Host',
  exitCode: 'ExitCode',
} as const;
