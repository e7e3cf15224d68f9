import { type Client, WithStartWorkflowOperation, WorkflowNotFoundError } from '@temporalio/client';
import { removeHostResultSchema, type RemoveHostResult } from '../../model/bookkeeping.ts';
import type { Hello, HelloVerdict } from '../../model/host.ts';
import { helloVerdictSchema } from '../../model/host.ts';
import type { JobId } from '../../model/ids.ts';
import {
  closeWorkflowId,
  CONTROL_QUEUE,
  HELLO_UPDATE,
  HOST_LOST_SIGNAL,
  HOST_ORDER_SIGNAL,
  hostWorkflowId,
  jobWorkflowId,
  REMOVE_UPDATE,
  strayWorkflowId,
} from '../../model/names.ts';
import type { HostInput, HostLostSignal, HostOrder } from '../../model/workflow-messages.ts';
import { formatEpoch } from '../../scheduling/epoch.ts';
import type { HostGateway } from './host-gateway.ts';
import { callTemporal } from './temporal-call.ts';

const CALL_TIMEOUT_MS = 2_000;
/** An answer that the workflow gives: a cold worker and a busy ledger included. */
const VERDICT_TIMEOUT_MS = 8_000;

const startOptions = (start: HostInput) =>
  ({
    workflowId: hostWorkflowId(start.name),
    taskQueue: CONTROL_QUEUE,
    workflowIdReusePolicy: 'ALLOW_DUPLICATE',
    workflowIdConflictPolicy: 'USE_EXISTING',
    workflowTaskTimeout: '5s',
    staticSummary: `watches over host ${start.name} of pool ${start.pool}`,
  }) as const;

/** Made for one call each. */
const startOperation = (start: HostInput) =>
  new WithStartWorkflowOperation('host', { ...startOptions(start), args: [start] });

/** HostGateway over @temporalio/client. */
export class TemporalHostGateway implements HostGateway {
  readonly #client: Client;

  constructor(client: Client) {
    this.#client = client;
  }

  hello(hello: Hello, start: HostInput): Promise<HelloVerdict> {
    return callTemporal(this.#client, 'take a hello', VERDICT_TIMEOUT_MS, async () => {
      const verdict: unknown = await this.#client.workflow.executeUpdateWithStart(HELLO_UPDATE, {
        updateId: hello.session,
        args: [hello],
        startWorkflowOperation: startOperation(start),
      });
      return helloVerdictSchema.parse(verdict);
    });
  }

  remove(destroyed: boolean, start: HostInput): Promise<RemoveHostResult> {
    return callTemporal(this.#client, 'remove a host', VERDICT_TIMEOUT_MS, async () => {
      const result: unknown = await this.#client.workflow.executeUpdateWithStart(REMOVE_UPDATE, {
        args: [{ destroyed }],
        startWorkflowOperation: startOperation(start),
      });
      return removeHostResultSchema.parse(result);
    });
  }

  order(order: HostOrder, start: HostInput): Promise<void> {
    return callTemporal(this.#client, 'signal a host', CALL_TIMEOUT_MS, async () => {
      await this.#client.workflow.signalWithStart('host', {
        ...startOptions(start),
        args: [start],
        signal: HOST_ORDER_SIGNAL,
        signalArgs: [order],
      });
    });
  }

  ensureHost(start: HostInput): Promise<void> {
    return callTemporal(this.#client, "start a host's workflow", CALL_TIMEOUT_MS, async () => {
      await this.#client.workflow.start('host', { ...startOptions(start), args: [start] });
    });
  }

  runningHosts(): Promise<ReadonlySet<string>> {
    return callTemporal(this.#client, 'list hosts', CALL_TIMEOUT_MS, async () => {
      const running = new Set<string>();
      const query = "WorkflowType = 'host' AND ExecutionStatus = 'Running'";
      for await (const { workflowId } of this.#client.workflow.list({ query, pageSize: 1_000 })) {
        running.add(workflowId);
      }
      return running;
    });
  }

  askForHello(workflowId: string): Promise<void> {
    const order: HostOrder = { kind: 'refresh' };
    return callTemporal(this.#client, 'ask a host for a hello', CALL_TIMEOUT_MS, async () => {
      try {
        await this.#client.workflow.getHandle(workflowId).signal(HOST_ORDER_SIGNAL, order);
      } catch (error) {
        if (!(error instanceof WorkflowNotFoundError)) throw error;
      }
    });
  }

  async signalHostLost(jobId: JobId, signal: HostLostSignal): Promise<void> {
    const stray = strayWorkflowId(signal.uid, formatEpoch(signal.epoch));
    for (const workflowId of [jobWorkflowId(jobId), closeWorkflowId(signal.uid), stray]) {
      await callTemporal(this.#client, 'tell a job that its host is lost', CALL_TIMEOUT_MS, async () => {
        try {
          await this.#client.workflow.getHandle(workflowId).signal(HOST_LOST_SIGNAL, signal);
        } catch (error) {
          if (!(error instanceof WorkflowNotFoundError)) throw error;
        }
      });
    }
  }
}
