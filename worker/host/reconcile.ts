import type { ContainerSummary, Engine } from '../../activities/docker/engine.ts';
import type { Journal } from '../../activities/docker/journal.ts';
import type { Watchers } from '../../activities/docker/watchers.ts';
import type { HostLog } from '../../activities/host/host-log.ts';
import { LABELS } from '../../model/names.ts';
import { replicaRefSchema, type ReplicaRef } from '../../model/replica.ts';
import { compareEpochs, formatEpoch, parseEpoch } from '../../scheduling/epoch.ts';

type Found = { readonly container: ContainerSummary; readonly replica: ReplicaRef };

/** Null for labels that nobody of ours wrote: such a container is left alone. */
const replicaOf = ({ labels }: ContainerSummary): ReplicaRef | null => {
  const parsed = replicaRefSchema.safeParse({
    uid: labels[LABELS.uid],
    jobId: labels[LABELS.jobId],
    role: labels[LABELS.role],
    replica: Number(labels[LABELS.replica]),
    attempt: Number(labels[LABELS.attempt]),
    epoch: parseEpoch(labels[LABELS.epoch] ?? ''),
  });
  return parsed.success ? parsed.data : null;
};

/** The containers of ours that this host made, with whose they are. */
export const foundReplicas = async (engine: Pick<Engine, 'list'>, hostName: string): Promise<readonly Found[]> =>
  (await engine.list({ [LABELS.uid]: null, [LABELS.host]: hostName })).flatMap((container) => {
    const replica = replicaOf(container);
    return replica === null ? [] : [{ container, replica }];
  });

/**
 * Brings a newly started host process to where the last one was: every container of this host that ran and is not
 * collected has a watcher again, what was created for a closed placement is removed. Done before anything
 * is polled.
 */
export const reconcile = async (
  deps: {
    readonly engine: Engine;
    readonly journal: Journal;
    readonly watchers: Watchers;
    readonly log: HostLog;
  },
  hostName: string,
): Promise<void> => {
  for (const each of await foundReplicas(deps.engine, hostName)) await takeUp(deps, each);
};

const takeUp = async (deps: Parameters<typeof reconcile>[0], { container, replica }: Found): Promise<void> => {
  const entry = deps.journal.entry(replica);
  const closed = deps.journal.closedEpoch(replica);
  const isClosed = closed !== null && compareEpochs(closed, replica.epoch) >= 0;
  deps.journal.sawEpoch(replica.epoch);
  if (container.state === 'created') {
    if (isClosed) await deps.engine.remove(container.id);
    return;
  }
  if (entry !== null && entry.collected !== null) {
    await deps.engine.remove(container.id);
    return;
  }
  const details = await deps.engine.inspect(container.id);
  if (details === null) return;
  if (entry === null || (entry.phase !== 'started' && !isClosed)) {
    deps.journal.started(replica, container.id, entry?.limit ?? null);
  }
  deps.watchers.ensure(replica, details, entry?.limit ?? null);
  const job = { jobId: replica.jobId, uid: replica.uid, epoch: formatEpoch(replica.epoch) };
  deps.log.info({ ...job, container: container.id.slice(0, 12), state: container.state }, 'watching a container again');
};
