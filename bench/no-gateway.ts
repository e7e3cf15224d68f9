import type { HostGateway } from '../activities/control/host-gateway.ts';
import type { ScheduleGateway } from '../activities/control/schedule-gateway.ts';
import type { WorkflowGateway } from '../activities/control/workflow-gateway.ts';

/** Acknowledges everything and does nothing: what is measured is the api and the ledger. */
export const noGateway: WorkflowGateway = {
  startJob: () => Promise.resolve('started'),
  signalPlaced: () => Promise.resolve('delivered'),
  cancelJob: () => Promise.resolve('delivered'),
  uidUnder: () => Promise.resolve(null),
  describeJob: () => Promise.resolve({ kind: 'running', waits: null }),
  jobs: async function* () {},
  inputOf: () => Promise.resolve(null),
  askToRestate: () => Promise.resolve(),
  isRunning: () => Promise.resolve(true),
  closeJob: () => Promise.resolve(),
  clearStray: () => Promise.resolve(),
  forgetJob: () => Promise.resolve(),
  failActivity: () => Promise.resolve(),
  ensureDispatcher: () => Promise.resolve(),
  check: () => Promise.resolve(),
};

/** No host takes part. */
export const noHostGateway: HostGateway = {
  hello: () => Promise.resolve({ kind: 'refused', because: 'the benchmark has no hosts' }),
  remove: () => Promise.resolve({ kind: 'removed' }),
  order: () => Promise.resolve(),
  ensureHost: () => Promise.resolve(),
  runningHosts: () => Promise.resolve(new Set()),
  askForHello: () => Promise.resolve(),
  signalHostLost: () => Promise.resolve(),
};

/** Nothing is scheduled. */
export const noScheduleGateway: ScheduleGateway = {
  create: () => Promise.resolve('taken'),
  retime: () => Promise.resolve('gone'),
  pause: () => Promise.resolve('gone'),
  remove: () => Promise.resolve(),
  trigger: () => Promise.resolve('gone'),
  backfill: () => Promise.resolve('gone'),
  describe: () => Promise.resolve(null),
  list: () => Promise.resolve(new Map()),
};
