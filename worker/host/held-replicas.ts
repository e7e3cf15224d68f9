import type { Engine } from '../../activities/docker/engine.ts';
import type { Journal } from '../../activities/docker/journal.ts';
import type { HeldReplica } from '../../model/host.ts';
import { LABELS } from '../../model/names.ts';
import type { ReplicaRef } from '../../model/replica.ts';
import { compareEpochs } from '../../scheduling/epoch.ts';
import { foundReplicas } from './reconcile.ts';

/** What this host answers for now, for its hello: every replica in its journal that is not collected. */
export const heldReplicas = async (
  deps: { readonly engine: Engine; readonly journal: Journal },
  hostName: string,
): Promise<HeldReplica[]> => {
  const found = await foundReplicas(deps.engine, hostName);
  return deps.journal.entries().map(({ replica, phase }) => {
    const container = found.find((each) => sameReplica(each.replica, replica))?.container;
    return {
      uid: replica.uid,
      jobId: replica.jobId,
      role: replica.role,
      replica: replica.replica,
      attempt: replica.attempt,
      epoch: replica.epoch,
      phase,
      containerRunning: container?.state === 'running' || container?.state === 'paused',
      gpuIds: (container?.labels[LABELS.gpus] ?? '').split(',').filter((id) => id !== ''),
    };
  });
};

const sameReplica = (left: ReplicaRef, right: ReplicaRef): boolean =>
  left.uid === right.uid &&
  left.role === right.role &&
  left.replica === right.replica &&
  compareEpochs(left.epoch, right.epoch) === 0;
