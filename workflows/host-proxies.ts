import { ActivityCancellationType, proxyActivities } from '@temporalio/workflow';
import type { HostActivities, HostControlActivities } from '../activities/contract.ts';
import { hostControlQueue, hostQueue } from '../model/names.ts';

/**
 * Temporal's retries only bridge a host worker that is away or an engine that stutters: no scheduleToStart and no
 * attempt limit, because only the host workflow judges a host, and no interval above 5 s.
 */
const retry = { initialInterval: '1s', backoffCoefficient: 1, maximumInterval: '5s' } as const;

/** `run` keeps a long heartbeat timeout: short outages of Temporal must not make a second attempt of it. */
export const runOn = (host: string, summary: string): HostActivities['run'] =>
  proxyActivities<Pick<HostActivities, 'run'>>({
    taskQueue: hostQueue(host),
    startToCloseTimeout: '10 years',
    heartbeatTimeout: '60s',
    cancellationType: ActivityCancellationType.ABANDON,
    retry,
    summary,
  }).run;

export const prepareOn = (host: string, summary: string): HostActivities['prepare'] =>
  proxyActivities<Pick<HostActivities, 'prepare'>>({
    taskQueue: hostQueue(host),
    startToCloseTimeout: '12h',
    heartbeatTimeout: '60s',
    cancellationType: ActivityCancellationType.TRY_CANCEL,
    retry,
    summary,
  }).prepare;

export const collectOn = (host: string, summary: string): HostActivities['collect'] =>
  proxyActivities<Pick<HostActivities, 'collect'>>({
    taskQueue: hostQueue(host),
    startToCloseTimeout: '12h',
    heartbeatTimeout: '60s',
    cancellationType: ActivityCancellationType.ABANDON,
    retry,
    summary,
  }).collect;

export const ensureStoppedOn = (host: string, summary: string): HostControlActivities['ensureStopped'] =>
  proxyActivities<HostControlActivities>({
    taskQueue: hostControlQueue(host),
    startToCloseTimeout: '2h',
    heartbeatTimeout: '45s',
    cancellationType: ActivityCancellationType.ABANDON,
    retry,
    summary,
  }).ensureStopped;
