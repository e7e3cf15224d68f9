import type { WorkflowGateway } from '../activities/control/workflow-gateway.ts';

/** Acknowledges everything and does nothing: what is measured is the api and the ledger. */
export const noGateway: WorkflowGateway = {
  startJob: () => Promise.resolve('started'),
  signalPlaced: () => Promise.resolve('delivered'),
  cancelJob: () => Promise.resolve('delivered'),
  describeJob: () => Promise.resolve({ kind: 'running' }),
  closeJob: () => Promise.resolve(),
  failActivity: () => Promise.resolve(),
  ensureDispatcher: () => Promise.resolve(),
  check: () => Promise.resolve(),
};
