import {
  ActivityCancelledError,
  ActivityCompletionError,
  ActivityNotFoundError,
  type Client,
  isGrpcServiceError,
  WorkflowExecutionAlreadyStartedError,
  WorkflowNotFoundError,
} from '@temporalio/client';
import { ApplicationFailure, defineSearchAttributeKey, SearchAttributeType } from '@temporalio/common';
import { jobUidSchema, type JobId, type JobUid, type PoolName } from '../../model/ids.ts';
import {
  CANCEL_SIGNAL,
  CONTROL_QUEUE,
  closeWorkflowId,
  dispatcherWorkflowId,
  forgetWorkflowId,
  jobWorkflowId,
  PLACED_SIGNAL,
  RESTATE_SIGNAL,
  strayWorkflowId,
} from '../../model/names.ts';
import type { Starter } from '../../model/scheduled-run.ts';
import { formatEpoch } from '../../scheduling/epoch.ts';
import { jobStart, WORKFLOW_TASK_TIMEOUT } from '../../scheduling/job-start.ts';
import type {
  CancelSignal,
  ClearStrayInput,
  CloseJobInput,
  ForgetJobInput,
  JobInput,
  PlacedSignal,
} from '../../model/workflow-messages.ts';
import type { PendingActivity } from '../control-plane.ts';
import { JobRuns } from './job-runs.ts';
import { callTemporal } from './temporal-call.ts';
import type { ListedWorkflow, WorkflowGateway, WorkflowStanding } from './workflow-gateway.ts';

/** A call that takes longer is a Temporal that is not there. */
const CALL_TIMEOUT_MS = 2_000;

const keyword = (name: string) => defineSearchAttributeKey(name, SearchAttributeType.KEYWORD);

/** WorkflowGateway over @temporalio/client. The uid in a workflow's memo tells whose run an id stands for today. */
export class TemporalGateway implements WorkflowGateway {
  readonly #client: Client;
  readonly #runs: JobRuns;

  constructor(client: Client) {
    this.#client = client;
    this.#runs = new JobRuns(client);
  }

  startJob(input: JobInput): Promise<'started' | 'blocked'> {
    return this.#call('start a workflow', async () => {
      const { workflowId, memo, attributes, summary, details } = jobStart(input);
      try {
        await this.#client.workflow.start('job', {
          workflowId,
          taskQueue: CONTROL_QUEUE,
          args: [input],
          workflowIdReusePolicy: 'ALLOW_DUPLICATE',
          workflowIdConflictPolicy: 'FAIL',
          workflowTaskTimeout: WORKFLOW_TASK_TIMEOUT,
          memo,
          typedSearchAttributes: Object.entries(attributes).map(([name, value]) => ({ key: keyword(name), value })),
          staticSummary: summary,
          staticDetails: details,
        });
        return 'started';
      } catch (error) {
        if (!(error instanceof WorkflowExecutionAlreadyStartedError)) throw error;
        return (await this.#runs.latest(input.jobId))?.uid === input.uid ? 'started' : 'blocked';
      }
    });
  }

  signalPlaced(jobId: JobId, signal: PlacedSignal): Promise<'delivered' | 'gone'> {
    return this.#deliver('signal a placement', () => this.#handle(jobId).signal(PLACED_SIGNAL, signal));
  }

  cancelJob(jobId: JobId, signal: CancelSignal): Promise<'delivered' | 'gone'> {
    return this.#deliver('cancel a job', async () => {
      // A run of another uid under the same id would ignore the signal, but not Temporal's cancellation.
      const found = await this.#runs.latest(jobId);
      if (found === null || found.uid !== signal.uid)
        throw new WorkflowNotFoundError('not this job any more', jobId, undefined);
      await this.#handle(jobId).signal(CANCEL_SIGNAL, signal);
      await this.#handle(jobId).cancel();
    });
  }

  uidUnder(jobId: JobId): Promise<JobUid | null> {
    return this.#call('describe a workflow', async () => {
      const uid = jobUidSchema.safeParse((await this.#runs.latest(jobId))?.uid);
      return uid.success ? uid.data : null;
    });
  }

  describeJob(jobId: JobId, uid: JobUid): Promise<WorkflowStanding> {
    return this.#call('describe a workflow', async () => {
      const found = await this.#runs.find(jobId, uid);
      if (found === null) return { kind: 'absent' };
      if (found.status !== 'RUNNING') {
        const status = found.status.toLowerCase().replaceAll('_', ' ');
        return { kind: 'closed', status, outcome: await this.#runs.outcome(found) };
      }
      return { kind: 'running', waits: found.jobState === null ? null : found.jobState === 'queued' };
    });
  }

  async *jobs(pool: PoolName, which: 'open' | 'all'): AsyncIterable<ListedWorkflow> {
    yield* this.#runs.list(pool, which);
  }

  inputOf(jobId: JobId, uid: JobUid): Promise<JobInput | null> {
    return this.#call("read a workflow's input", async () => {
      const found = await this.#runs.find(jobId, uid);
      return found === null ? null : this.#runs.input(found);
    });
  }

  async askToRestate(jobId: JobId, uid: JobUid): Promise<void> {
    await this.#deliver('signal a job', () => this.#handle(jobId).signal(RESTATE_SIGNAL, uid));
  }

  closeJob(input: CloseJobInput): Promise<void> {
    return this.#call('start a closing workflow', async () => {
      await this.#client.workflow.start('closeJob', {
        workflowId: closeWorkflowId(input.uid),
        taskQueue: CONTROL_QUEUE,
        args: [input],
        workflowIdReusePolicy: 'ALLOW_DUPLICATE',
        workflowIdConflictPolicy: 'USE_EXISTING',
        workflowTaskTimeout: WORKFLOW_TASK_TIMEOUT,
        staticSummary: `close job ${input.jobId}: its workflow is ${input.workflowStatus}`,
      });
    });
  }

  clearStray(input: ClearStrayInput): Promise<void> {
    const { uid, jobId, stray } = input;
    return this.#call('start the clearing of a stray container', async () => {
      await this.#client.workflow.start('clearStray', {
        workflowId: strayWorkflowId(uid, formatEpoch(stray.placement.epoch)),
        taskQueue: CONTROL_QUEUE,
        args: [input],
        workflowIdReusePolicy: 'ALLOW_DUPLICATE',
        workflowIdConflictPolicy: 'USE_EXISTING',
        workflowTaskTimeout: WORKFLOW_TASK_TIMEOUT,
        staticSummary: `stop what job ${jobId} left on host ${stray.host}, which had been removed as destroyed`,
      });
    });
  }

  isRunning({ workflowId, runId }: Starter): Promise<boolean> {
    return this.#call('describe a workflow', async () => {
      try {
        return (await this.#client.workflow.getHandle(workflowId, runId).describe()).status.name === 'RUNNING';
      } catch (error) {
        if (error instanceof WorkflowNotFoundError) return false;
        throw error;
      }
    });
  }

  forgetJob(input: ForgetJobInput): Promise<void> {
    return this.#call('start a deletion', async () => {
      await this.#client.workflow.start('forgetJob', {
        workflowId: forgetWorkflowId(input.uid),
        taskQueue: CONTROL_QUEUE,
        args: [input],
        workflowIdReusePolicy: 'ALLOW_DUPLICATE',
        workflowIdConflictPolicy: 'USE_EXISTING',
        workflowTaskTimeout: WORKFLOW_TASK_TIMEOUT,
        staticSummary: `remove what the deleted job ${input.jobId} left`,
      });
    });
  }

  failActivity(pending: PendingActivity, because: string): Promise<void> {
    return this.#call('fail an activity', async () => {
      try {
        await this.#client.activity.fail(pending, ApplicationFailure.retryable(because, 'worker_restarted'));
      } catch (error) {
        if (error instanceof ActivityNotFoundError || error instanceof ActivityCancelledError) return;
        if (error instanceof ActivityCompletionError && isGrpcServiceError(error.cause)) throw error.cause;
        throw error;
      }
    });
  }

  ensureDispatcher(pool: PoolName): Promise<void> {
    return this.#call('start the dispatcher', async () => {
      await this.#client.workflow.start('dispatcher', {
        workflowId: dispatcherWorkflowId(pool),
        taskQueue: CONTROL_QUEUE,
        args: [{ pool }],
        workflowIdReusePolicy: 'ALLOW_DUPLICATE',
        workflowIdConflictPolicy: 'USE_EXISTING',
        workflowTaskTimeout: WORKFLOW_TASK_TIMEOUT,
        staticSummary: `plans the queue of pool ${pool}`,
      });
    });
  }

  async check(): Promise<void> {
    await this.#call('answer', () => this.#client.connection.workflowService.getSystemInfo({}));
  }

  #handle(jobId: JobId): ReturnType<Client['workflow']['getHandle']> {
    return this.#client.workflow.getHandle(jobWorkflowId(jobId));
  }

  #deliver(what: string, send: () => Promise<void>): Promise<'delivered' | 'gone'> {
    return this.#call(what, async () => {
      try {
        await send();
        return 'delivered';
      } catch (error) {
        if (error instanceof WorkflowNotFoundError) return 'gone';
        throw error;
      }
    });
  }

  #call<T>(what: string, call: () => Promise<T>): Promise<T> {
    return callTemporal(this.#client, what, CALL_TIMEOUT_MS, call);
  }
}
