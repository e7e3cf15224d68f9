import type { RemoveHostResult } from '../../model/bookkeeping.ts';
import type { Hello, HelloVerdict } from '../../model/host.ts';
import type { JobId } from '../../model/ids.ts';
import type { HostInput, HostLostSignal, HostOrder } from '../../model/workflow-messages.ts';

/**
 * The calls made to the workflows of hosts, and about hosts to those of jobs. `start`: what a host's workflow begins
 * with where there is none. Each throws LongshoreError('temporal_unavailable') when Temporal does not answer in time.
 */
export interface HostGateway {
  /** The same session asked again gets the same answer. */
  hello(hello: Hello, start: HostInput): Promise<HelloVerdict>;
  /** Removes the host, or says how much keeps it. */
  remove(destroyed: boolean, start: HostInput): Promise<RemoveHostResult>;
  order(order: HostOrder, start: HostInput): Promise<void>;
  /** Starts `host:<name>` where none runs. */
  ensureHost(start: HostInput): Promise<void>;
  /** Ids of the host workflows that run, as Temporal's lists show them: a moment late, so never proof of absence. */
  runningHosts(): Promise<ReadonlySet<string>>;
  /** Has the host of this workflow say hello again; none there = done. */
  askForHello(workflowId: string): Promise<void>;
  /** Tells the job, and the workflows that close it or clear what it left, if there are any; none there = done. */
  signalHostLost(jobId: JobId, signal: HostLostSignal): Promise<void>;
}
