import type { Logger } from 'pino';
import type { Stranger } from '../../ledger/healing.ts';
import type { Ledger } from '../../ledger/ledger.ts';
import type { JobUid, PoolName } from '../../model/ids.ts';
import { hostWorkflowId } from '../../model/names.ts';
import type { HostGateway } from './host-gateway.ts';
import { Patience } from './patience.ts';
import { Wake } from './wake.ts';
import type { ListedWorkflow, WorkflowGateway } from './workflow-gateway.ts';

/** How often hosts' reports are compared with the ledger while nothing is known to have changed. */
const TICK_MS = 30_000;
/** How soon a comparison that failed is tried again. */
const RETRY_MS = 2_000;
/** How often all open workflows of the pool are compared with the ledger. */
const FULL_LOOK_MS = 5 * 60_000;
/** How many listed workflows are compared at a time. */
const BATCH = 500;
/** For a job whose row went meanwhile. */
const UNKNOWN_STOP = { signal: null, graceSec: 10 } as const;

type Deps = {
  readonly ledger: Ledger;
  readonly gateway: WorkflowGateway;
  readonly hostGateway: HostGateway;
  readonly logger: Logger;
  /** All was compared in this generation of the ledger. */
  readonly lookedAt: (generation: number) => Promise<void>;
  /** The open workflows were compared once, or could not be: whether the ledger is older than they are is known as well as it can be. */
  readonly lookedOnce: () => void;
};

/**
 * Finds the jobs that Temporal or a host knows and the ledger does not, or knows otherwise, because it was restored from
 * an older copy: asks each open workflow to say where it stands, and enters what has closed since. Temporal's lists only
 * name candidates; each is then asked for by itself. `lookedIn`: the generation that was compared in full before.
 */
export async function healUntil(
  deps: Deps,
  pool: PoolName,
  lookedIn: number | null,
  abort: AbortSignal,
): Promise<void> {
  const wake = new Wake((listener) => deps.ledger.subscribe(listener), 'hosts', abort);
  let generation = lookedIn;
  let fullLookAtMs = 0;
  let isFullLookDue = true;
  let isFoundOlder = false;
  const patience = new Patience();
  /** What was given in this generation and is not remembered may be given again: nothing is, before the hosts have spoken. */
  const foundOlder = async (): Promise<void> => {
    if (isFoundOlder) return;
    await deps.ledger.beginGeneration({ after: await deps.ledger.generation() });
    isFoundOlder = true;
  };
  while (!abort.aborted) {
    let restMs = TICK_MS;
    try {
      const left = new Set(await heal(deps, patience, await deps.ledger.strangers()));
      const present = await deps.ledger.generation();
      isFullLookDue ||= present !== generation || performance.now() - fullLookAtMs > FULL_LOOK_MS;
      if (isFullLookDue) {
        const unsettled = await lookAtAll({ ...deps, foundOlder }, patience, pool, present !== generation, abort);
        for (const uid of unsettled) left.add(uid);
        if (unsettled.length === 0 && !abort.aborted) {
          await deps.lookedAt(present);
          isFullLookDue = false;
          fullLookAtMs = performance.now();
          generation = present;
        }
      }
      patience.keepOnly(left);
      restMs = patience.untilDueMs(performance.now()) ?? TICK_MS;
    } catch (error) {
      restMs = RETRY_MS;
      deps.logger.warn({ err: error }, 'the ledger could not be compared with Temporal; trying again');
    }
    deps.lookedOnce();
    if (!abort.aborted) await wake.next(restMs);
  }
}

/** Closed ones are looked at only where the ledger may be older than they are. Answers what is not settled yet. */
async function lookAtAll(
  deps: Deps & { readonly foundOlder: () => Promise<void> },
  patience: Patience,
  pool: PoolName,
  isNewGeneration: boolean,
  abort: AbortSignal,
): Promise<readonly JobUid[]> {
  const left: JobUid[] = [];
  let batch: ListedWorkflow[] = [];
  const settleBatch = async (): Promise<void> => {
    const unknown = new Set(await deps.ledger.unknownUids({ uids: batch.map(({ uid }) => uid) }));
    if (unknown.size > 0) await deps.foundOlder();
    const found = batch
      .filter(({ uid }) => unknown.has(uid))
      .map(({ uid, jobId }) => ({
        ...{ uid, jobId, known: false },
        ...{ released: [], isUnsettled: true },
      }));
    // How far it has come where it is, nothing here shows: its GPUs may be free since.
    const placed = isNewGeneration ? batch.filter(({ uid, isPlaced }) => isPlaced && !unknown.has(uid)) : [];
    batch = [];
    for (const { jobId, uid } of placed) await deps.gateway.askToRestate(jobId, uid);
    left.push(...(await heal(deps, patience, found)));
  };
  for await (const found of deps.gateway.jobs(pool, isNewGeneration ? 'all' : 'open')) {
    if (abort.aborted) return left;
    batch.push(found);
    if (batch.length >= BATCH) await settleBatch();
  }
  await settleBatch();
  await askUnknownHosts(deps);
  return left;
}

/**
 * In the order they were admitted, which is the order in which those that wait come to the queue. Answers what is left,
 * also what it is not time yet to look at again.
 */
async function heal(deps: Deps, patience: Patience, found: readonly Stranger[]): Promise<readonly JobUid[]> {
  const left: JobUid[] = [];
  for (const one of found.toSorted((a, b) => (a.uid < b.uid ? -1 : 1))) {
    if (patience.isDue(one.uid, performance.now())) {
      if ((await healOne(deps, one)) === 'done') continue;
      patience.noteLeft(one.uid, performance.now());
    }
    left.push(one.uid);
  }
  return left;
}

async function healOne(deps: Deps, found: Stranger): Promise<'done' | 'left'> {
  if (found.released.length > 0) await clearStrays(deps, found);
  return found.isUnsettled ? settle(deps, found) : 'left';
}

/** Of a placement that was given back: whatever the job does by now, only its host has to do with it. */
async function clearStrays({ ledger, gateway, logger }: Deps, { uid, jobId, released }: Stranger): Promise<void> {
  const { job } = await ledger.leftovers({ uid });
  for (const stray of released) {
    logger.warn({ jobId, uid, host: stray.host }, 'runs although its placement was given back; bringing it down');
    await gateway.clearStray({ uid, jobId, stray, stop: job?.stop ?? UNKNOWN_STOP });
  }
}

async function settle({ ledger, gateway, logger }: Deps, { uid, jobId, known }: Stranger): Promise<'done' | 'left'> {
  const standing = await gateway.describeJob(jobId, uid);
  logger.warn({ jobId, uid, known, workflow: standing.kind }, 'the ledger is older than this job; making it whole');
  if (standing.kind === 'running') {
    await gateway.askToRestate(jobId, uid);
    return 'left';
  }
  if (known) {
    await ledger.lookAgain({ uid });
    return 'left';
  }
  const input = await gateway.inputOf(jobId, uid);
  if (input === null || standing.kind === 'absent') {
    await gateway.closeJob({ uid, jobId, workflowStatus: 'absent', outcome: null });
    return 'done';
  }
  const { status: workflowStatus, outcome } = standing;
  const answer = await ledger.readopt({ input, workflowStatus, outcome });
  return answer.kind === 'restated' ? 'done' : 'left';
}

/**
 * A host that joined after the copy was made is up for its workflow, and unknown here, or removed if it had been there
 * before, until it says hello again. The workflow of one that was removed since ends, or has already.
 */
async function askUnknownHosts({ ledger, hostGateway }: Deps): Promise<void> {
  const members = (await ledger.hosts()).filter(({ condition }) => condition !== 'removed');
  const known = new Set(members.map(({ name }) => hostWorkflowId(name)));
  for (const workflowId of await hostGateway.runningHosts()) {
    if (!known.has(workflowId)) await hostGateway.askForHello(workflowId);
  }
}
