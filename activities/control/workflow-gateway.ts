import type { JobId, JobUid, PoolName } from '../../model/ids.ts';
import type { Outcome } from '../../model/job-record.ts';
import type { Starter } from '../../model/scheduled-run.ts';
import type {
  CancelSignal,
  ClearStrayInput,
  CloseJobInput,
  ForgetJobInput,
  JobInput,
  PlacedSignal,
} from '../../model/workflow-messages.ts';
import type { PendingActivity } from '../control-plane.ts';

/** How a job's workflow stands: `closed` carries Temporal's word for it in lower case ("terminated", "completed"). */
export type WorkflowStanding =
  /** `waits`: for a placement, as it shows itself; null where it does not say. */
  | { readonly kind: 'running'; readonly waits: boolean | null }
  /** `outcome`: how it says that the job ended; null where somebody else closed it. */
  | { readonly kind: 'closed'; readonly status: string; readonly outcome: Outcome | null }
  /** No workflow of this uid is known: never started, or past retention. */
  | { readonly kind: 'absent' };

/** `isPlaced`: it runs, and shows itself as more than waiting. */
export type ListedWorkflow = { readonly jobId: JobId; readonly uid: JobUid; readonly isPlaced: boolean };

/**
 * The calls the service makes to Temporal, by need. Each throws LongshoreError('temporal_unavailable') when Temporal
 * does not answer in time; nothing is retried inside beyond a few hundred milliseconds.
 */
export interface WorkflowGateway {
  /** Starts `job:<id>`. `started` also when this uid's workflow runs already; `blocked` while an older run of the id is open. */
  startJob(input: JobInput): Promise<'started' | 'blocked'>;
  /** `gone`: the workflow is closed or another uid's. */
  signalPlaced(jobId: JobId, signal: PlacedSignal): Promise<'delivered' | 'gone'>;
  /** Signals, then requests Temporal's own cancellation, so that the Web UI shows the job as canceled. */
  cancelJob(jobId: JobId, signal: CancelSignal): Promise<'delivered' | 'gone'>;
  /** Workflows of the pool's jobs as Temporal's lists show them: a moment late, so never proof of absence. */
  jobs(pool: PoolName, which: 'open' | 'all'): AsyncIterable<ListedWorkflow>;
  /** What the job's workflow was started with; null: no workflow of this uid is known. */
  inputOf(jobId: JobId, uid: JobUid): Promise<JobInput | null>;
  /** Has the workflow tell the ledger where it stands; a closed one is done. */
  askToRestate(jobId: JobId, uid: JobUid): Promise<void>;
  /** Whose workflow goes by this id, the last one where none is open; null: none is known. */
  uidUnder(jobId: JobId): Promise<JobUid | null>;
  describeJob(jobId: JobId, uid: JobUid): Promise<WorkflowStanding>;
  /** Starts `close:<uid>`; one already open is the same. */
  closeJob(input: CloseJobInput): Promise<void>;
  /** Starts `stray:<uid>:<epoch>`; one already open is the same. */
  clearStray(input: ClearStrayInput): Promise<void>;
  isRunning(starter: Starter): Promise<boolean>;
  /** Starts `forget:<uid>`; one that was started before is the same. */
  forgetJob(input: ForgetJobInput): Promise<void>;
  /** Fails one activity by id so that Temporal tries it again at once; an activity that is gone is done. */
  failActivity(pending: PendingActivity, because: string): Promise<void>;
  ensureDispatcher(pool: PoolName): Promise<void>;
  /** Resolves when Temporal answers. */
  check(): Promise<void>;
}
