import type { Logger } from 'pino';
import type { HostGateway } from '../activities/control/host-gateway.ts';
import type { ScheduleGateway } from '../activities/control/schedule-gateway.ts';
import type { WorkflowGateway } from '../activities/control/workflow-gateway.ts';
import type { BlobStore } from '../ledger/blob-store.ts';
import type { Ledger } from '../ledger/ledger.ts';
import type { LogStore } from '../ledger/log-store.ts';
import type { JobUid, PoolName } from '../model/ids.ts';
import type { JobPolicy } from '../model/job-policy.ts';

export type ApiDeps = {
  readonly ledger: Ledger;
  readonly gateway: WorkflowGateway;
  readonly hostGateway: HostGateway;
  readonly scheduleGateway: ScheduleGateway;
  readonly blobs: BlobStore;
  readonly logs: LogStore;
  readonly clock: { nowMs(): number };
  readonly mintUid: () => JobUid;
  readonly logger: Logger;
};

export type ApiOptions = {
  readonly pool: PoolName;
  /** Submissions beyond this many waiting jobs are answered 429. */
  readonly maxQueued: number;
  /** How long a job that fits on no host of the pool waits for one to join. */
  readonly neverFitsAfterMs: number;
  /** Null or absent: as many schedules as anybody likes. */
  readonly maxSchedules?: number | null;
  /** Of a schedule that names none. */
  readonly timeZone: string;
  readonly maxBundleBytes: number;
  readonly maxArtifactBytes: number;
  /** Of a JSON body. */
  readonly maxBodyBytes: number;
  /** Host directories a job may bind, each with all that is below it. */
  readonly allowedRoots: readonly string[];
  /** The container directory that stands for the job's bundle. */
  readonly bundleTarget: string;
  /** What jobs may ask of their hosts; absent: the defaults. */
  readonly policy?: JobPolicy;
  /** Names and addresses besides loopback that the api answers to; any unless set. */
  readonly servedNames?: readonly string[] | null;
  /** What host processes show as bearer token. */
  readonly hostToken: string;
  readonly version: string;
};
