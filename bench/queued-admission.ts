import type { AdmitInput } from '../ledger/ledger.ts';
import { jobIdSchema, roleNameSchema, type JobUid, type PoolName } from '../model/ids.ts';

const MAIN = roleNameSchema.parse('main');

/** A small job of a spec of its own, as its submission would admit it. */
export function queuedAdmission(pool: PoolName, uid: JobUid, id: string): AdmitInput {
  const container = {
    ...{ image: 'busybox:latest', command: ['true'], entrypoint: null, environment: [`JOB_ID=${id}`], mounts: [] },
    ...{ workingDir: null, user: null, networkMode: null, runtime: null, name: null, labels: {} },
    resources: { nanoCpus: 0, memoryBytes: 0, shmBytes: 0, gpus: 0 },
  };
  return {
    ...{ uid, pool, jobId: jobIdSchema.parse(id), project: 'bench', owner: 'bench', metadata: {} },
    spec: {
      roles: [{ name: MAIN, replicas: 1, container }],
      retry: { maxAttempts: 1 },
      stop: { signal: null, graceSec: 10 },
      runTimeoutSec: null,
      submitted: { image: 'busybox', command: 'true', environment: { JOB_ID: id } },
    },
    needsBundle: false,
    maxQueued: 1_000_000,
  };
}
