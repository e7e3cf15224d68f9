import { LongshoreError } from '../../model/error.ts';
import type { Epoch } from '../../model/ids.ts';
import { LABELS } from '../../model/names.ts';
import type { ReplicaRef } from '../../model/replica.ts';
import { compareEpochs, formatEpoch, parseEpoch } from '../../scheduling/epoch.ts';
import type { ContainerDetails, ContainerState, ContainerSummary, Engine } from '../docker/engine.ts';

/** On another engine than the placement was decided for, nothing is done; the job waits for the right one. */
export const checkEngine = async (engine: Pick<Engine, 'id'>, wanted: string): Promise<void> => {
  const id = await engine.id();
  if (id === wanted) return;
  throw new LongshoreError(
    'engine_mismatch',
    `this replica was placed on the Docker engine ${wanted}, but the engine here is ${id}; bring the old engine back or remove the host`,
    { details: { wanted, found: id } },
  );
};

export type ReplicaContainer = ContainerSummary & { readonly epoch: Epoch };

/** All containers of a replica, of whatever epoch, newest epoch first. A label nobody of ours wrote is left alone. */
export const containersOf = async (engine: Pick<Engine, 'list'>, replica: ReplicaRef): Promise<ReplicaContainer[]> => {
  const found = await engine.list({
    [LABELS.uid]: replica.uid,
    [LABELS.role]: replica.role,
    [LABELS.replica]: String(replica.replica),
  });
  return found
    .flatMap((container) => {
      const epoch = parseEpoch(container.labels[LABELS.epoch] ?? '');
      return epoch === null ? [] : [{ ...container, epoch }];
    })
    .sort((left, right) => compareEpochs(right.epoch, left.epoch));
};

export const isOfEpoch = (container: ReplicaContainer, replica: ReplicaRef): boolean =>
  compareEpochs(container.epoch, replica.epoch) === 0;

/** It runs or may run on without a start of ours. */
export const isLive = (state: ContainerState): boolean =>
  state === 'running' || state === 'paused' || state === 'restarting' || state === 'removing';

/** A container just listed; gone in between is a surprise that the next try sees clearly. */
export const detailsOf = async (engine: Pick<Engine, 'inspect'>, containerId: string): Promise<ContainerDetails> => {
  const details = await engine.inspect(containerId);
  if (details !== null) return details;
  throw new LongshoreError('container_gone', `container ${containerId} was removed while it was looked at`);
};

/** The last arbiter: whatever a planner thinks, a GPU that a live container of ours holds is not given twice. */
export const checkGpus = async (
  engine: Pick<Engine, 'list'>,
  replica: ReplicaRef,
  gpuIds: readonly string[],
): Promise<void> => {
  if (gpuIds.length === 0) return;
  for (const container of await engine.list({ [LABELS.uid]: null })) {
    const isOwn =
      container.labels[LABELS.uid] === replica.uid &&
      container.labels[LABELS.replica] === String(replica.replica) &&
      container.labels[LABELS.role] === replica.role;
    if (isOwn || !isLive(container.state)) continue;
    const held = (container.labels[LABELS.gpus] ?? '').split(',');
    const both = gpuIds.filter((id) => held.includes(id));
    if (both.length === 0) continue;
    throw new LongshoreError(
      'gpu_held',
      `GPU ${both.join(', ')} is held by the running container ${container.id.slice(0, 12)} of job ${container.labels[LABELS.jobId] ?? '?'}; waiting for its end`,
      { details: { epoch: formatEpoch(replica.epoch) } },
    );
  }
};
