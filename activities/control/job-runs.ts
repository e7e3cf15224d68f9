import { type Client, WorkflowFailedError, WorkflowNotFoundError } from '@temporalio/client';
import { ApplicationFailure, CancelledFailure } from '@temporalio/common';
import { jobUidSchema, jobIdSchema, type JobId, type JobUid, type PoolName } from '../../model/ids.ts';
import { outcomeSchema, type Outcome } from '../../model/job-record.ts';
import { jobWorkflowId, SEARCH_ATTRIBUTES } from '../../model/names.ts';
import { jobInputSchema, type JobInput } from '../../model/workflow-messages.ts';
import type { ListedWorkflow } from './workflow-gateway.ts';

export type JobRun = {
  readonly workflowId: string;
  readonly runId: string;
  readonly uid: unknown;
  /** Temporal's name for it: "RUNNING", "COMPLETED". */
  readonly status: string;
  readonly jobState: string | null;
};

const ID_PREFIX = jobWorkflowId('');
const PAGE = 1_000;

function stateIn(attributes: Readonly<Record<string, readonly unknown[] | undefined>>): string | null {
  const state = attributes[SEARCH_ATTRIBUTES.jobState]?.[0];
  return typeof state === 'string' ? state : null;
}

/** Runs of jobs' workflows as Temporal has them. The uid in a run's memo tells whose it is. */
export class JobRuns {
  readonly #client: Client;

  constructor(client: Client) {
    this.#client = client;
  }

  /** The one that goes by the id now. */
  latest(jobId: JobId): Promise<JobRun | null> {
    return this.#describe(jobWorkflowId(jobId));
  }

  /** This job's own latest run. Where another job goes by the id now, it is looked for among the closed ones. */
  async find(jobId: JobId, uid: JobUid): Promise<JobRun | null> {
    const latest = await this.latest(jobId);
    if (latest === null || latest.uid === uid) return latest;
    const query = `WorkflowId = '${jobWorkflowId(jobId)}' AND WorkflowType = 'job'`;
    for await (const { runId, memo } of this.#client.workflow.list({ query, pageSize: PAGE })) {
      if (memo?.['uid'] === uid) return this.#describe(jobWorkflowId(jobId), runId);
    }
    return null;
  }

  async *list(pool: PoolName, which: 'open' | 'all'): AsyncIterable<ListedWorkflow> {
    const open = which === 'open' ? " AND ExecutionStatus = 'Running'" : '';
    const query = `WorkflowType = 'job' AND ${SEARCH_ATTRIBUTES.pool} = '${pool}'${open}`;
    for await (const { workflowId, memo, status, searchAttributes } of this.#client.workflow.list({
      query,
      pageSize: PAGE,
    })) {
      const isPlaced = status.name === 'RUNNING' && stateIn(searchAttributes) !== 'queued';
      const jobId = jobIdSchema.safeParse(workflowId.slice(ID_PREFIX.length));
      const uid = jobUidSchema.safeParse(memo?.['uid']);
      if (jobId.success && uid.success) yield { jobId: jobId.data, uid: uid.data, isPlaced };
    }
  }

  /** How a closed run says that its job ended; null where it was closed before it could say. */
  async outcome({ workflowId, runId }: JobRun): Promise<Outcome | null> {
    const said: unknown = await this.#client.workflow
      .getHandle(workflowId, runId)
      .result()
      .catch((error: unknown): unknown => {
        if (!(error instanceof WorkflowFailedError)) throw error;
        const { cause } = error;
        return cause instanceof ApplicationFailure || cause instanceof CancelledFailure ? cause.details?.[0] : null;
      });
    const parsed = outcomeSchema.safeParse(said);
    return parsed.success ? parsed.data : null;
  }

  /** What it was started with, from its first event; null where that is not a job's input. */
  async input({ workflowId, runId }: JobRun): Promise<JobInput | null> {
    const { history } = await this.#client.workflowService.getWorkflowExecutionHistory({
      namespace: this.#client.options.namespace,
      execution: { workflowId, runId },
      maximumPageSize: 1,
    });
    const payload = history?.events?.[0]?.workflowExecutionStartedEventAttributes?.input?.payloads?.[0];
    if (payload === undefined) return null;
    const { payloadConverter } = this.#client.options.loadedDataConverter;
    const parsed = jobInputSchema.safeParse(payloadConverter.fromPayload(payload));
    return parsed.success ? parsed.data : null;
  }

  async #describe(workflowId: string, runId?: string): Promise<JobRun | null> {
    try {
      const described = await this.#client.workflow.getHandle(workflowId, runId).describe();
      return {
        workflowId,
        runId: described.runId,
        uid: described.memo?.['uid'],
        status: described.status.name,
        jobState: stateIn(described.searchAttributes),
      };
    } catch (error) {
      if (error instanceof WorkflowNotFoundError) return null;
      throw error;
    }
  }
}
