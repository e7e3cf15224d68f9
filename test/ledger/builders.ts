import { ulid } from 'ulid';
import type { AdmitInput, JobGroup, Ledger } from '../../ledger/ledger.ts';
import type { ListRow } from '../../ledger/list-row.ts';
import type { RecordInput, ReleaseProof } from '../../model/bookkeeping.ts';
import type { Hello } from '../../model/host.ts';
import {
  digestSchema,
  hostNameSchema,
  jobIdSchema,
  jobUidSchema,
  poolNameSchema,
  roleNameSchema,
  type Digest,
  type JobUid,
} from '../../model/ids.ts';
import type { Outcome } from '../../model/job-record.ts';
import type { JobSpec, Resources } from '../../model/job-spec.ts';
import type { Exit } from '../../model/replica.ts';
import type { PlacedSignal } from '../../model/workflow-messages.ts';

export const POOL = poolNameSchema.parse('default');
export const HOST = hostNameSchema.parse('host-a');
export const ROLE = roleNameSchema.parse('main');
export const aDigest = (fill: string): Digest => digestSchema.parse(`sha256:${fill.repeat(64)}`);
export const aUid = (): JobUid => jobUidSchema.parse(ulid());
export const aJobId = (name: string) => jobIdSchema.parse(name);

export function aSpec(
  changes: { readonly command?: string[]; readonly environment?: string[] } & Partial<Resources> = {},
): JobSpec {
  const { nanoCpus = 0, memoryBytes = 0, shmBytes = 0, gpus = 0 } = changes;
  return {
    roles: [
      {
        name: ROLE,
        replicas: 1,
        container: {
          image: 'busybox:latest',
          command: changes.command ?? ['sh', '-c', 'echo hello'],
          entrypoint: null,
          environment: changes.environment ?? ['TOKEN=hunter2'],
          mounts: [],
          workingDir: null,
          user: null,
          networkMode: null,
          runtime: null,
          name: null,
          labels: {},
          resources: { nanoCpus, memoryBytes, shmBytes, gpus },
        },
      },
    ],
    retry: { maxAttempts: 2 },
    stop: { signal: null, graceSec: 10 },
    runTimeoutSec: null,
    submitted: null,
  };
}

export function anAdmission(name: string, changes: Partial<AdmitInput> = {}): AdmitInput {
  return {
    uid: aUid(),
    jobId: aJobId(name),
    pool: POOL,
    project: 'vision',
    owner: 'ada',
    spec: aSpec(),
    metadata: { note: name },
    needsBundle: false,
    maxQueued: 1_000,
    ...changes,
  };
}

export function aHello(changes: Partial<Hello> = {}): Hello {
  return {
    name: HOST,
    pool: POOL,
    session: ulid(),
    engineId: 'engine-1',
    incarnation: 'incarnation-1',
    journalId: `journal of ${changes.name ?? HOST}`,
    incarnations: ['incarnation-1'],
    lostAfterMs: 300_000,
    inventory: {
      cpuMilli: 8_000,
      memoryBytes: 2 ** 33,
      gpuIds: ['gpu-0', 'gpu-1'],
      slots: 4,
      labels: {},
      engineVersion: '20.10',
      diskFreeBytes: null,
    },
    held: [],
    highestEpoch: null,
    ...changes,
  };
}

export const anExit = (exitCode = 0): Exit => ({
  exitCode,
  oomKilled: false,
  signal: null,
  startedAtMs: 1_000,
  finishedAtMs: 2_000,
  endedBy: 'itself',
});

export const succeeded: Outcome = { state: 'succeeded', reason: 'completed', sentence: 'exit code 0', exit: anExit() };
export const failed: Outcome = { state: 'failed', reason: 'exit_nonzero', sentence: 'exit code 3', exit: anExit(3) };

export const RUN = 'run-1';

export function anEntry(
  uid: JobUid,
  sequence: number,
  entry: RecordInput['entry'],
  changes: Partial<RecordInput> = {},
): RecordInput {
  return { uid, runId: RUN, sequence, entry, collected: null, release: null, ...changes };
}

export const progress = (
  state: 'queued' | 'placed' | 'preparing' | 'running' | 'stopping',
  attempt = 1,
): RecordInput['entry'] => ({
  kind: 'progress',
  progress: { state, reason: 'started', sentence: `is ${state}`, attempt },
});

export const proof = (signal: PlacedSignal, how: ReleaseProof['proof']): ReleaseProof => ({
  epoch: signal.placement.epoch,
  proof: how,
});

/** Admitted, and its first run has opened. */
export async function aQueuedJob(ledger: Ledger, name: string, changes: Partial<AdmitInput> = {}): Promise<JobUid> {
  const admission = anAdmission(name, changes);
  await ledger.admit(admission);
  await ledger.openRun({ uid: admission.uid, runId: RUN });
  return admission.uid;
}

export async function place(ledger: Ledger, uid: JobUid, gpuIds: readonly string[] = []): Promise<PlacedSignal> {
  const { token } = await ledger.beginPlanning({ pool: POOL });
  const round = { pool: POOL, token, placements: [{ uid, host: HOST, gpuIds }], refusals: [] };
  const committed = await ledger.commitRound(round);
  const signal = committed.kind === 'committed' ? committed.placed[0]?.signal : undefined;
  if (signal === undefined) throw new Error('nothing was placed');
  return signal;
}

/** On a host that said hello, claimed by its run. */
export async function aClaimedJob(ledger: Ledger, name: string, gpuIds: readonly string[] = []): Promise<PlacedSignal> {
  await ledger.hello(aHello());
  const signal = await place(ledger, await aQueuedJob(ledger, name), gpuIds);
  await ledger.claim({ uid: signal.uid, runId: RUN, epoch: signal.placement.epoch });
  return signal;
}

let standings = 0;
/** Its session has ended, as its workflow tells the ledger. */
export async function notHeard(ledger: Ledger, name = HOST): Promise<void> {
  standings += 1;
  const standing = { condition: 'suspect', sinceMs: 1, cordoned: false, drain: null } as const;
  await ledger.recordHost({ name, revision: Date.now() + standings, standing });
}

/** All jobs of a list, read as the api reads it. */
export async function listed(
  ledger: Ledger,
  group: JobGroup,
): Promise<readonly (ListRow & { readonly position: number })[]> {
  const uids = (await ledger.group({ group })).map(({ uid }) => uid);
  const rows: (ListRow & { position: number })[] = [];
  while (rows.length < uids.length) {
    const piece = await ledger.jobsByUid({ uids: uids.slice(rows.length), maxSpecBytes: 1_000 });
    for (const row of piece) {
      if (row === null) throw new Error('a listed job is unknown');
      rows.push({ ...row, position: rows.length });
    }
  }
  return rows;
}

export async function stateOf(ledger: Ledger, uid: JobUid): Promise<string | undefined> {
  return (await ledger.jobByUid({ uid }))?.record.state;
}
