import { proxyActivities, proxyLocalActivities } from '@temporalio/workflow';
import type { HostBookActivities } from '../activities/contract.ts';
import { CONTROL_QUEUE } from '../model/names.ts';
import { firstLocal } from './bookkeeping.ts';

const local = proxyLocalActivities<HostBookActivities>({
  startToCloseTimeout: '1s',
  retry: { maximumAttempts: 2, initialInterval: '50ms' },
});

const regular = proxyActivities<HostBookActivities>({
  taskQueue: CONTROL_QUEUE,
  startToCloseTimeout: '3s',
  retry: { initialInterval: '200ms', backoffCoefficient: 2, maximumInterval: '5s' },
});

/** What a host's workflow asks of the ledger: as `books` of a job, each verb may have run twice. */
export const hostBooks: HostBookActivities = {
  hello: (input) =>
    firstLocal(
      () => local.hello(input),
      () => regular.hello(input),
    ),
  recordHost: (input) =>
    firstLocal(
      () => local.recordHost(input),
      () => regular.recordHost(input),
    ),
  removeHost: (input) =>
    firstLocal(
      () => local.removeHost(input),
      () => regular.removeHost(input),
    ),
  evictHost: (input) =>
    firstLocal(
      () => local.evictHost(input),
      () => regular.evictHost(input),
    ),
};
