import type { Reason } from '../../model/job-record.ts';
import { compareEpochs, formatEpoch } from '../../scheduling/epoch.ts';
import type { RunInput, RunResult } from '../contract.ts';
import type { EngineAnswer, EngineRefusal } from '../docker/engine.ts';
import type { RunLimit } from '../docker/journal.ts';
import type { Watcher } from '../docker/watcher.ts';
import { mayBeRefusal } from '../docker/engine-errors.ts';
import { createContainer, mountsChanged, type MountRefusal } from './create-container.ts';
import type { HostDeps } from './host-deps.ts';
import { closedBecause } from './prepare.ts';
import { checkGpus, containersOf, detailsOf, isLive, isOfEpoch, type ReplicaContainer } from './replica-containers.ts';
import { LongshoreError } from '../../model/error.ts';

export type Begun =
  { readonly kind: 'watching'; readonly watcher: Watcher } | { readonly kind: 'settled'; readonly result: RunResult };

const reasonOf = (refusal: EngineRefusal): Reason => {
  switch (refusal.kind) {
    case 'image_not_found':
      return 'image_not_found';
    case 'pull_failed':
      return 'image_pull_failed';
    case 'command_not_found':
      return 'command_not_found';
    case 'name_taken':
    case 'bad_request':
      return 'container_start_failed';
  }
};

/**
 * Creates or adopts the container of a placement and starts it at most once. To be called under the replica's lock.
 *
 *   a result in the journal             that result again
 *   running or exited                   adopt
 *   journal: starting or started, gone  vanished
 *   epoch closed                        refused
 *   absent                              create, journal `created`, then as created
 *   created                             journal `starting`, start, journal `started`
 *
 * Killed between any two steps, the next call goes on from the same table.
 */
export const beginRun = async (deps: HostDeps, input: RunInput): Promise<Begun> => {
  const { replica } = input;
  const limit: RunLimit = { runTimeoutSec: input.runTimeoutSec, stop: input.stop };
  const settle = (result: RunResult): Begun => {
    deps.journal.settle(replica, result, null, Date.now());
    return { kind: 'settled', result };
  };

  deps.journal.sawEpoch(replica.epoch);
  const entry = deps.journal.entry(replica);
  if (entry !== null && entry.result !== null) return { kind: 'settled', result: entry.result };

  const containers = await containersOf(deps.engine, replica);
  const ours = containers.find((container) => isOfEpoch(container, replica));
  if (ours !== undefined && ours.state !== 'created') {
    const details = await detailsOf(deps.engine, ours.id);
    if (entry?.phase !== 'closed') deps.journal.started(replica, ours.id, limit);
    return { kind: 'watching', watcher: deps.watchers.ensure(replica, details, limit) };
  }
  if (ours === undefined && (entry?.phase === 'starting' || entry?.phase === 'started')) {
    const sentence = `The container ${entry.containerId?.slice(0, 12) ?? ''} had been started and is not there any more: somebody removed it.`;
    return settle({ kind: 'vanished', sentence });
  }
  const closed = closedBecause(deps, replica);
  if (closed !== null) return { kind: 'settled', result: { kind: 'refused', because: closed } };

  refuseBesideOlder(containers, input);
  await checkGpus(deps.engine, replica, input.gpuIds);

  const giveUp = async (cause: unknown): Promise<EngineRefusal> => {
    if (!mayBeRefusal(cause) || !deps.startTries.isEnough(replica, cause.message)) throw cause;
    await deps.engine.info();
    return { kind: 'bad_request', message: cause.message };
  };

  if (!(await deps.lock(`artifacts/${replica.jobId}`, () => deps.artifacts.claim(replica)))) {
    deps.log.warn({ uid: replica.uid, jobId: replica.jobId }, "an earlier run's artifacts could not be moved aside");
  }
  const created: EngineAnswer<string> | MountRefusal =
    ours === undefined ? await createContainer(deps, input).catch(giveUp) : { kind: 'ok', value: ours.id };
  if (created.kind === 'mount_refused') {
    return settle({ kind: 'start_failed', reason: 'mount_refused', sentence: created.because });
  }
  if (created.kind !== 'ok') {
    return settle({ kind: 'start_failed', reason: reasonOf(created), sentence: created.message });
  }
  const containerId = created.value;
  deps.journal.created(replica, containerId, limit);
  const changed = await mountsChanged(deps, input, containerId);
  if (changed !== null) {
    const failed = settle({ kind: 'start_failed', reason: 'mount_refused', sentence: changed });
    await deps.engine.remove(containerId);
    return failed;
  }
  deps.journal.starting(replica);
  const started = await deps.engine.start(containerId).catch(giveUp);
  if (started.kind !== 'ok') {
    const failed = settle({ kind: 'start_failed', reason: reasonOf(started), sentence: started.message });
    await deps.engine.remove(containerId);
    return failed;
  }
  deps.journal.started(replica, containerId, limit);
  const details = await detailsOf(deps.engine, containerId);
  return { kind: 'watching', watcher: deps.watchers.ensure(replica, details, limit) };
};

/** Two placements of one replica must never run beside each other; the older one is to be stopped first. */
const refuseBesideOlder = (containers: readonly ReplicaContainer[], { replica }: RunInput): void => {
  const other = containers.find(({ epoch, state }) => compareEpochs(epoch, replica.epoch) !== 0 && isLive(state));
  if (other === undefined) return;
  throw new LongshoreError(
    'other_epoch_alive',
    `the container ${other.id.slice(0, 12)} of placement ${formatEpoch(other.epoch)} of job ${replica.jobId} still runs; waiting for its end`,
  );
};
