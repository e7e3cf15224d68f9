import { readFile } from 'node:fs/promises';
import { Client, Connection, type WorkflowHandle } from '@temporalio/client';
import { NativeConnection, Worker } from '@temporalio/worker';
import { ulid } from 'ulid';
import { TemporalGateway } from '../../activities/control/temporal-gateway.ts';
import type {
  ControlActivities,
  DeletionActivities,
  HostActivities,
  HostControlActivities,
} from '../../activities/contract.ts';
import type { Leftovers, RecordInput } from '../../model/bookkeeping.ts';
import {
  digestSchema,
  hostNameSchema,
  jobIdSchema,
  jobUidSchema,
  poolNameSchema,
  roleNameSchema,
} from '../../model/ids.ts';
import type { Outcome, Placement } from '../../model/job-record.ts';
import { CONTROL_QUEUE, HOST_LOST_SIGNAL, hostControlQueue, hostQueue, jobWorkflowId } from '../../model/names.ts';
import type { HostLostSignal, JobInput, PlacedSignal } from '../../model/workflow-messages.ts';
import type { ScheduledRunInput } from '../../model/scheduled-run.ts';
import { registerSearchAttributes } from '../../worker/server/search-attributes.ts';
import { startTemporalServer } from '../support/temporal-server.ts';
import { anExit, resources } from '../scheduling/builders.ts';

type Books = Omit<ControlActivities, 'dispatch'> & DeletionActivities;
type Host = HostActivities & HostControlActivities;

/**
 * What a test lets the ledger and the host answer; anything left out behaves like a job that exits with status 0, on a
 * host that has its image.
 */
export type Script = { readonly books?: Partial<Books>; readonly host?: Partial<Host> };

export type World = Awaited<ReturnType<typeof openWorld>>;

const bundlePath = new URL('../../workflow-bundle.js', import.meta.url);
const hostName = hostNameSchema.parse('box1');
const digest = digestSchema.parse(`sha256:${'a'.repeat(64)}`);

export const placementAt = (counter: number): Placement => ({
  epoch: { generation: 1, counter },
  host: hostName,
  engineId: 'engine-1',
  gpuIds: [],
});

export function aJob(name: string, maxAttempts = 1): JobInput {
  return {
    uid: jobUidSchema.parse(ulid()),
    jobId: jobIdSchema.parse(`${name}-${ulid().slice(-6)}`),
    pool: poolNameSchema.parse('default'),
    project: 'p',
    owner: 'ann',
    specDigest: digest,
    bundleDigest: null,
    roles: [
      { name: roleNameSchema.parse('main'), replicas: 1, image: 'busybox:1', command: 'true', resources: resources() },
    ],
    retry: { maxAttempts },
    stop: { signal: null, graceSec: 5 },
    runTimeoutSec: null,
    firstAttempt: 1,
    storyVersion: 3,
  };
}

/** The real workflows on a real Temporal server; the ledger and the host are scripts, and what they were told is kept. */
export async function openWorld() {
  const server = await startTemporalServer();
  const connection = await Connection.connect({ address: server.address });
  const native = await NativeConnection.connect({ address: server.address });
  const client = new Client({ connection });
  await registerSearchAttributes(connection, 'default');
  const gateway = new TemporalGateway(client);
  const scripts = new Map<string, Script>();
  const told: { readonly uid: string; readonly what: string; readonly record?: RecordInput }[] = [];

  let isHostGone = false;

  const scriptOf = (uid: string): Script => scripts.get(uid) ?? {};
  const tell = (uid: string, what: string, record?: RecordInput): void => {
    told.push(record === undefined ? { uid, what } : { uid, what, record });
  };
  const books: Books = {
    openRun: async (input) => {
      tell(input.uid, 'openRun');
      return scriptOf(input.uid).books?.openRun?.(input) ?? { kind: 'go', attempt: 1, placement: null, exit: null };
    },
    claim: async (input) => {
      tell(input.uid, `claim ${input.epoch.counter}`);
      return scriptOf(input.uid).books?.claim?.(input) ?? { kind: 'claimed' };
    },
    record: async (input) => {
      tell(input.uid, describe(input), input);
      const scripted = scriptOf(input.uid).books?.record;
      if (scripted !== undefined) return scripted(input);
      return input.entry.kind === 'outcome' ? { kind: 'ended', outcome: input.entry.outcome } : { kind: 'recorded' };
    },
    restate: async (said) => {
      const { at, attempt, claimed } = said;
      const where = at === null ? 'waits' : `${at.state} ${at.placement.epoch.counter}`;
      tell(said.uid, `restate ${where} attempt ${attempt} claimed ${claimed?.counter ?? 'none'}`);
      return scriptOf(said.uid).books?.restate?.(said) ?? { kind: 'restated' };
    },
    discard: async (input) => {
      tell(input.uid, 'discard');
      return scriptOf(input.uid).books?.discard?.(input) ?? { uids: [input.uid], hosts: [hostName], held: 0 };
    },
    wipe: async ({ uid }) => tell(uid, 'wipe'),
    isDestroyed: async (input) => {
      tell(input.uid, `isDestroyed ${input.epoch.counter} ${input.host}`);
      return scriptOf(input.uid).books?.isDestroyed?.(input) ?? false;
    },
    isHostGone: async ({ epoch }) => isHostGone && epoch !== undefined,
    forget: async ({ uid, epoch }) => tell(uid, `forget ${epoch.counter}`),
    leftovers: async (input): Promise<Leftovers> => {
      tell(input.uid, 'leftovers');
      return scriptOf(input.uid).books?.leftovers?.(input) ?? { job: null, held: [] };
    },
    admitScheduled: async (input) => {
      tell(input.scheduleUid, 'admitScheduled');
      const scripted = scriptOf(input.scheduleUid).books?.admitScheduled;
      return scripted === undefined ? { kind: 'skipped', because: 'no script' } : scripted(input);
    },
    recordSkippedRun: async (input) => {
      tell(input.scheduleUid, `recordSkippedRun: ${input.because}`);
    },
  };
  const host: Host = {
    prepare: async (input) => {
      tell(input.replica.uid, `prepare ${input.replica.attempt}`);
      return scriptOf(input.replica.uid).host?.prepare?.(input) ?? { kind: 'ready', imageId: 'i', pulled: false };
    },
    run: async (input) => {
      const script = scriptOf(input.replica.uid).host;
      if (input.unprepared === true && script?.prepare !== undefined) return { kind: 'needs_prepare' };
      tell(input.replica.uid, `run ${input.replica.attempt}`);
      return script?.run?.(input) ?? { kind: 'exited', exit: anExit() };
    },
    ensureStopped: async (input) => {
      tell(input.replica.uid, `ensureStopped ${input.stop.signal ?? 'default'} ${input.stop.graceSec}`);
      return scriptOf(input.replica.uid).host?.ensureStopped?.(input) ?? { kind: 'gone', was: 'absent', exit: null };
    },
    clear: async (input) => {
      const uid = input.uids[0] ?? '';
      tell(uid, 'clear');
      return scriptOf(uid).host?.clear?.(input);
    },
    collect: async (input) => {
      tell(input.replica.uid, 'collect');
      return (
        scriptOf(input.replica.uid).host?.collect?.(input) ?? { artifactsDigest: null, usage: null, incomplete: null }
      );
    },
  };
  const { ensureStopped, clear, ...onQueue } = host;
  const workflowBundle = { code: await readFile(bundlePath, 'utf8') };
  const workers = await Promise.all([
    Worker.create({ connection: native, taskQueue: CONTROL_QUEUE, workflowBundle, activities: { ...books } }),
    Worker.create({ connection: native, taskQueue: hostQueue(hostName), activities: onQueue }),
    Worker.create({ connection: native, taskQueue: hostControlQueue(hostName), activities: { ensureStopped, clear } }),
  ]);
  const running = Promise.all(workers.map((worker) => worker.run()));

  return {
    address: server.address,
    client,
    gateway,
    workflowBundle,
    toldOf: (job: JobInput) => told.filter((one) => one.uid === job.uid).map((one) => one.what),
    recordsOf: (job: JobInput) => told.flatMap((one) => (one.uid === job.uid && one.record ? [one.record] : [])),
    script: (job: JobInput, script: Script) => scripts.set(job.uid, script),
    start: async (job: JobInput, script: Script = {}) => {
      scripts.set(job.uid, script);
      await gateway.startJob(job);
    },
    /** One firing, as a schedule would start it; what is told of it is told of `scheduleUid`. */
    fire: async (scheduleUid: JobInput['uid'], books: Partial<Books>) => {
      scripts.set(scheduleUid, { books });
      const input: ScheduledRunInput = { scheduleUid, scheduleId: jobIdSchema.parse('nightly') };
      const workflowId = `run:nightly-${ulid()}`;
      return client.workflow.start('scheduledRun', { workflowId, taskQueue: CONTROL_QUEUE, args: [input] });
    },
    toldOfSchedule: (uid: JobInput['uid']) => told.filter((one) => one.uid === uid).map((one) => one.what),
    place: (job: JobInput, counter: number, uid: PlacedSignal['uid'] = job.uid) =>
      gateway.signalPlaced(job.jobId, { uid, placement: placementAt(counter) }),
    /** Says to a workflow, in the job's name, that the host of this placement is gone; whether it is, the ledger knows. */
    loseHost: (handle: WorkflowHandle, { uid }: Pick<JobInput, 'uid'>, counter: number): Promise<void> => {
      const { epoch, host } = placementAt(counter);
      return handle.signal<[HostLostSignal]>(HOST_LOST_SIGNAL, { uid, epoch, host, because: 'it burned down' });
    },
    /** What the ledger says of the host from now on, to whoever asks. */
    hostIsGone: (is: boolean): void => {
      isHostGone = is;
    },
    handle: (job: JobInput) => client.workflow.getHandle(jobWorkflowId(job.jobId)),
    outcome: async (job: JobInput): Promise<Outcome | null> => {
      await client.workflow
        .getHandle(jobWorkflowId(job.jobId))
        .result()
        .catch(() => undefined);
      const last = told.findLast((one) => one.uid === job.uid && one.record?.entry.kind === 'outcome');
      return last?.record?.entry.kind === 'outcome' ? last.record.entry.outcome : null;
    },
    close: async () => {
      for (const worker of workers) worker.shutdown();
      await running;
      await native.close();
      await connection.close();
      await server.stop();
    },
  };
}

function describe({ entry, release }: RecordInput): string {
  const released = release === null ? '' : ` release ${release.epoch.counter} ${release.proof}`;
  switch (entry.kind) {
    case 'progress':
      return `record ${entry.progress.state}${released}`;
    case 'requeue':
      return `record requeue ${entry.attempt}${released}`;
    case 'outcome':
      return `record ${entry.outcome.state} ${entry.outcome.reason}${released}`;
  }
}
