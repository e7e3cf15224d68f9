import { setTimeout as sleep } from 'node:timers/promises';
import { Worker, type NativeConnection } from '@temporalio/worker';
import type { HostActivities, HostControlActivities, HostSessionActivities } from '../../activities/contract.ts';
import type { HostLog } from '../../activities/host/host-log.ts';
import { hostControlQueue, hostQueue } from '../../model/names.ts';
import { connectToTemporal } from '../connect-to-temporal.ts';
import type { HostConfig } from './host-config.ts';

const AGAIN_AFTER_MS = 500;
const LINE_EVERY_TRIES = 20;
/** Above any number of jobs that fit: the planner is the limit. */
const MOST_ACTIVITIES = 1_000;
const MOST_CONTROL_ACTIVITIES = 200;
/** Each poll is a call held open and made anew every minute, by every host: two keep up with all that a host can start. */
const POLLS = { type: 'simple-maximum', maximum: 2 } as const;
/** Stops and sessions come seldom. */
const CONTROL_POLLS = { type: 'simple-maximum', maximum: 1 } as const;
/** Between two beats to Temporal of what is asked on the control queue. */
export const CONTROL_BEATS_EVERY_MS = 18_000;
/** After it the activities are left: their containers run on and the next process adopts them. */
const SHUTDOWN_MS = 3_000;

const connect = async (config: HostConfig, log: HostLog, abort: AbortSignal): Promise<NativeConnection> => {
  for (let tries = 0; ; tries += 1) {
    abort.throwIfAborted();
    try {
      return await connectToTemporal(config.temporal.address);
    } catch (cause) {
      if (tries % LINE_EVERY_TRIES === 0) {
        log.warn({ err: cause, address: config.temporal.address }, 'waiting for Temporal');
      }
    }
    await sleep(AGAIN_AFTER_MS, undefined, { signal: abort });
  }
};

export type Pollers = {
  /** Resolves after `stop`; rejects when a poller died. */
  readonly ended: Promise<void>;
  /** Polls no more and fails what runs as "worker shutdown", so that Temporal tries it again on the next process. */
  stop(): Promise<void>;
};

/** Opens the host's two queues: one for the long work, one for stops, so that no full first one delays a stop. */
export const openPollers = async (
  deps: {
    readonly config: HostConfig;
    readonly host: HostActivities;
    readonly control: HostControlActivities & HostSessionActivities;
    readonly log: HostLog;
  },
  abort: AbortSignal,
): Promise<Pollers> => {
  const { config } = deps;
  const connection = await connect(config, deps.log, abort);
  const common = {
    connection,
    namespace: config.temporal.namespace,
    identity: `host@${config.name}`,
    // On either queue not longer than half of the shortest heartbeat timeout of what is asked there, so that one lost
    // beat is no timeout: 60 s on this one, 45 s on the other.
    maxHeartbeatThrottleInterval: '15s',
    activityTaskPollerBehavior: POLLS,
    shutdownForceTime: SHUTDOWN_MS,
  } as const;
  const workers = [
    await Worker.create({
      ...common,
      taskQueue: hostQueue(config.name),
      activities: deps.host,
      maxConcurrentActivityTaskExecutions: MOST_ACTIVITIES,
    }),
    await Worker.create({
      ...common,
      taskQueue: hostControlQueue(config.name),
      activities: deps.control,
      activityTaskPollerBehavior: CONTROL_POLLS,
      maxConcurrentActivityTaskExecutions: MOST_CONTROL_ACTIVITIES,
      // A session beats for as long as the host is there, which is a call to Temporal each time; its beats are also how it
      // learns that it is over.
      maxHeartbeatThrottleInterval: CONTROL_BEATS_EVERY_MS,
    }),
  ];
  const runs = workers.map((worker) => worker.run());
  const ended = Promise.all(runs).then(() => undefined);
  ended.catch(() => undefined);
  return {
    ended,
    async stop() {
      for (const worker of workers) if (worker.getState() === 'RUNNING') worker.shutdown();
      await Promise.allSettled(runs);
      await connection.close();
    },
  };
};
