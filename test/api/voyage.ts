import { type JobId, hostNameSchema, jobIdSchema, type JobUid, roleNameSchema } from '../../model/ids.ts';
import type { Outcome, Placement } from '../../model/job-record.ts';
import type { LogRecord, LogStreamRef } from '../../model/log-record.ts';
import { POOL, type RunningApi } from './running-api.ts';

const host = hostNameSchema.parse('host-1');
export const jobId = (id: string): JobId => jobIdSchema.parse(id);

/** Lets a host join that holds any number of jobs. */
export const joinHost = async (api: RunningApi): Promise<void> => {
  await api.ledger.hello({
    name: host,
    pool: POOL,
    session: 's1',
    engineId: 'engine-1',
    incarnation: 'i1',
    journalId: 'j1',
    incarnations: ['i1'],
    lostAfterMs: 300_000,
    inventory: {
      cpuMilli: 64_000,
      memoryBytes: 2 ** 36,
      gpuIds: [],
      slots: 1_000,
      labels: {},
      engineVersion: '20.10',
      diskFreeBytes: null,
    },
    held: [],
    highestEpoch: null,
  });
};

const uidOf = async (api: RunningApi, id: string): Promise<JobUid> => {
  const job = await api.ledger.job({ jobId: jobId(id) });
  if (job === null) throw new Error(`no job ${id}`);
  return job.record.uid;
};

/** Takes a queued job to its placement, as planner and workflow do. */
export const place = async (api: RunningApi, id: string): Promise<{ uid: JobUid; placement: Placement }> => {
  const uid = await uidOf(api, id);
  const { token } = await api.ledger.beginPlanning({ pool: POOL });
  const round = await api.ledger.commitRound({
    pool: POOL,
    token,
    placements: [{ uid, host, gpuIds: [] }],
    refusals: [],
  });
  const placed = round.kind === 'committed' ? round.placed[0] : undefined;
  if (placed === undefined) throw new Error(`${id} was not placed`);
  await api.ledger.finishOutbox({ ids: [placed.outboxId] });
  await api.ledger.openRun({ uid, runId: 'run-1' });
  await api.ledger.claim({ uid, runId: 'run-1', epoch: placed.signal.placement.epoch });
  return { uid, placement: placed.signal.placement };
};

/** Takes a queued job until its container runs. */
export const run = async (api: RunningApi, id: string): Promise<{ uid: JobUid; placement: Placement }> => {
  const { uid, placement } = await place(api, id);
  const replica = { uid, jobId: jobId(id), role: ROLE, replica: 0, attempt: 1, epoch: placement.epoch };
  await api.ledger.report({ notices: [{ kind: 'started', replica, containerId: 'c1', atMs: Date.now() }] });
  return { uid, placement };
};

export const ROLE = roleNameSchema.parse('main');
export const stream = (uid: JobUid, attempt = 1): LogStreamRef => ({ uid, role: ROLE, replica: 0, attempt });
export const printedLine = (text: string, changes: Partial<LogRecord> = {}): LogRecord => ({
  time: '2026-01-01T00:00:00.000000000Z',
  stream: 'stdout',
  partial: false,
  text: Buffer.from(text),
  ...changes,
});

export const exited = (exitCode: number): Outcome => ({
  state: exitCode === 0 ? 'succeeded' : 'failed',
  reason: exitCode === 0 ? 'completed' : 'exit_nonzero',
  sentence: `Exited with code ${exitCode}`,
  exit: {
    exitCode,
    oomKilled: false,
    signal: null,
    startedAtMs: Date.now() - 10,
    finishedAtMs: Date.now(),
    endedBy: 'itself',
  },
});

/** Records a placed job's end and gives its placement back. */
export const end = async (
  api: RunningApi,
  job: { uid: JobUid; placement: Placement },
  outcome: Outcome,
): Promise<void> => {
  await api.ledger.record({
    uid: job.uid,
    runId: 'run-1',
    sequence: 100,
    entry: { kind: 'outcome', outcome },
    collected: null,
    release: { epoch: job.placement.epoch, proof: outcome.exit === null ? 'never_started' : 'exited' },
  });
};
