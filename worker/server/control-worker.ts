import { hostname } from 'node:os';
import { setTimeout as sleep } from 'node:timers/promises';
import { setFlagsFromString } from 'node:v8';
import { fileURLToPath } from 'node:url';
import { Connection } from '@temporalio/client';
import { Worker, type NativeConnection } from '@temporalio/worker';
import type { Logger } from 'pino';
import type { ControlActivities } from '../../activities/contract.ts';
import type { WorkflowGateway } from '../../activities/control/workflow-gateway.ts';
import { LongshoreError } from '../../model/error.ts';
import { CONTROL_QUEUE } from '../../model/names.ts';
import type { Config } from '../config.ts';
import { connectToTemporal } from '../connect-to-temporal.ts';
import { registerSearchAttributes } from './search-attributes.ts';

/** Of the contexts that workflows run in; of the process itself it changes nothing. */
const WORKFLOW_STACK_FRAMES = 5;
const RETRY_CONNECT_MS = 500;
const ENSURE_DISPATCHER_MS = 10_000;
const bundle = { codePath: fileURLToPath(new URL('../../workflow-bundle.js', import.meta.url)) };

export type ControlWorkerDeps = {
  readonly activities: ControlActivities;
  readonly gateway: WorkflowGateway;
  readonly logger: Logger;
};

/**
 * Runs the control worker until `abort` fires: waits for Temporal as long as it takes, makes the search attributes,
 * keeps the pool's dispatcher alive. Rejects when something is wrong that waiting does not mend.
 */
export async function runControlWorker(config: Config, deps: ControlWorkerDeps, abort: AbortSignal): Promise<void> {
  const connection = await connect(config, deps.logger, abort);
  if (connection === null) return;
  // The SDK notes a stack for each promise of a workflow, for its stack trace query: half of a job's workflow code.
  setFlagsFromString(`--stack-trace-limit=${WORKFLOW_STACK_FRAMES}`);
  const worker = await Worker.create({
    connection,
    namespace: config.temporal.namespace,
    taskQueue: CONTROL_QUEUE,
    identity: `control@${hostname()}`,
    workflowBundle: bundle,
    activities: { ...deps.activities },
    maxCachedWorkflows: 1_000,
    // A task for a process that was killed goes to the next one after this, instead of after 10 s.
    stickyQueueScheduleToStartTimeout: '2s',
    // The planner's beats must leave the process every two seconds: its heartbeat timeout is 6 s.
    maxHeartbeatThrottleInterval: '2s',
    shutdownGraceTime: 0,
    shutdownForceTime: '5s',
  });
  const ensureDispatcher = (): void => {
    deps.gateway.ensureDispatcher(config.pool).catch((error: unknown) => {
      deps.logger.debug({ err: error }, 'the dispatcher could not be looked after; trying again');
    });
  };
  ensureDispatcher();
  const ensure = setInterval(ensureDispatcher, ENSURE_DISPATCHER_MS);
  const stop = (): void => {
    if (worker.getState() === 'RUNNING') worker.shutdown();
  };
  abort.addEventListener('abort', stop);
  try {
    const running = worker.run();
    deps.logger.info({ queue: CONTROL_QUEUE }, 'control worker polls');
    if (abort.aborted) stop();
    await running;
  } finally {
    clearInterval(ensure);
    abort.removeEventListener('abort', stop);
    await connection.close();
  }
}

/** Null when aborted meanwhile. */
async function connect(config: Config, logger: Logger, abort: AbortSignal): Promise<NativeConnection | null> {
  let said = false;
  while (!abort.aborted) {
    try {
      await prepareNamespace(config);
      return await connectToTemporal(config.temporal.address);
    } catch (error) {
      if (error instanceof LongshoreError) throw error;
      if (!said) {
        logger.warn(
          { address: config.temporal.address, because: String(error) },
          'Temporal does not answer yet; submissions get 503 until it does',
        );
      }
      said = true;
      await sleep(RETRY_CONNECT_MS, undefined, { ref: true });
    }
  }
  return null;
}

async function prepareNamespace({ temporal }: Config): Promise<void> {
  const connection = await Connection.connect({ address: temporal.address, connectTimeout: '2s' });
  try {
    await connection.withDeadline(Date.now() + 5_000, () => registerSearchAttributes(connection, temporal.namespace));
  } finally {
    await connection.close();
  }
}
