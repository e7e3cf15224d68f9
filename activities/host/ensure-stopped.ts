import type { EnsureStoppedInput, EnsureStoppedResult } from '../contract.ts';
import type { Exit } from '../../model/replica.ts';
import { compareEpochs } from '../../scheduling/epoch.ts';
import { exitOf } from '../docker/await-exit.ts';
import { stopContainer } from '../docker/stop-container.ts';
import type { HostDeps } from './host-deps.ts';
import { checkEngine, containersOf, detailsOf, type ReplicaContainer } from './replica-containers.ts';
import { replicaKey } from './replica-lock.ts';

type Found = { readonly started: readonly ReplicaContainer[]; readonly wasCreated: boolean };

/** After this, nothing of the epoch or below can be created or started: what is found is all there will ever be. */
const closeAndFind = async (deps: HostDeps, { replica }: EnsureStoppedInput): Promise<Found> => {
  deps.journal.sawEpoch(replica.epoch);
  deps.journal.close(replica, Date.now());
  const containers = (await containersOf(deps.engine, replica)).filter(
    ({ epoch }) => compareEpochs(epoch, replica.epoch) <= 0,
  );
  const created = containers.filter(({ state }) => state === 'created');
  for (const { id } of created) await deps.engine.remove(id);
  return { started: containers.filter(({ state }) => state !== 'created'), wasCreated: created.length > 0 };
};

const stopOne = async (deps: HostDeps, input: EnsureStoppedInput, container: ReplicaContainer) => {
  const replica = { ...input.replica, epoch: container.epoch };
  const details = await detailsOf(deps.engine, container.id);
  const before = exitOf(details, deps.journal.entry(replica)?.endedBy ?? 'itself');
  if (before !== null) return before;
  const watcher = deps.watchers.ensure(replica, details, null);
  deps.journal.ending(replica, 'stop');
  await stopContainer(deps, container.id, input.stop, watcher.ended);
  const ended = await watcher.ended;
  return ended.kind === 'exited' ? ended.exit : null;
};

/** How it ended that is collected already: the container is gone, and what became of it is not forgotten with it. */
const collectedExit = (deps: HostDeps, { replica }: EnsureStoppedInput): Exit | null => {
  const result = deps.journal.entry(replica)?.result ?? null;
  return result?.kind === 'exited' ? result.exit : null;
};

/**
 * Closes the placement first, then stops what runs of it. Answers only with proof: the engine says itself who it is,
 * because what another one does not have proves nothing.
 */
export const ensureStopped = async (deps: HostDeps, input: EnsureStoppedInput): Promise<EnsureStoppedResult> => {
  await checkEngine({ id: async () => (await deps.engine.info()).id }, input.engineId);
  const found = await deps.lock(replicaKey(input.replica), () => closeAndFind(deps, input));
  const exits = await Promise.all(found.started.map((container) => stopOne(deps, input, container)));
  const exit = exits.find((each) => each !== null) ?? collectedExit(deps, input);
  if (exit !== null) return { kind: 'gone', was: 'exited', exit };
  return { kind: 'gone', was: found.wasCreated ? 'never_started' : 'absent', exit: null };
};
