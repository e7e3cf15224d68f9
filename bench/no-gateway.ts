import type { HostGateway } from '../activities/control/host-gateway.ts';
import type { WorkflowGateway } from '../activities/control/workflow-gateway.ts';

/** Acknowledges everything and does nothing: what is measured is the api and the ledger. */
export const noGateway: WorkflowGateway = {
  startJob: () => Promise.resolve('started'),
  signalPlaced: () => Promise.resolve('delivered'),
  cancelJob: () => Promise.resolve('delivered'),
  describeJob: () => Promise.resolve({ kind: 'running', waits: null }),
  jobs: async function* () {},
  inputOf: () => Promise.resolve(null),
  askToRestate: () => Promise.resolve(),
  closeJob: () => Promise.resolve(),
  failActivity: () => Promise.resolve(),
  ensureDispatcher: () => Promise.resolve(),
  check: () => Promise.resolve(),
};

/** No host takes part. */
export const noHostGateway: HostGateway = {
  hello: () => Promise.resolve({ kind: 'refused', because: 'the benchmark has no hosts' }),
  order: () => Promise.resolve(),
  ensureHost: () => Promise.resolve(),
  runningHosts: () => Promise.resolve(new Set()),
  askForHello: () => Promise.resolve(),
  signalHostLost: () => Promise.resolve(),
};
