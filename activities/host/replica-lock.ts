import type { ReplicaRef } from '../../model/replica.ts';
import { formatEpoch } from '../../scheduling/epoch.ts';

export type ReplicaKey = Pick<ReplicaRef, 'uid' | 'role' | 'replica'>;
export const replicaKey = (replica: ReplicaKey): string => `${replica.uid}/${replica.role}/${replica.replica}`;

/** One placement of it. */
export const placementKey = (replica: ReplicaRef): string => `${replicaKey(replica)}@${formatEpoch(replica.epoch)}`;

/** One at a time per key, in the order of asking. */
export type KeyedLock = <T>(key: string, work: () => Promise<T>) => Promise<T>;

/**
 * What create, start, ensureStopped and collect of one replica share, so that "is it closed?" and "start it" are one
 * step. Inside one process: the host's data directory has one owner.
 */
export const createKeyedLock = (): KeyedLock => {
  const tails = new Map<string, Promise<unknown>>();
  return async (key, work) => {
    const before = tails.get(key) ?? Promise.resolve();
    const mine = before.then(work);
    // The next one waits for the end, whichever it is; the caller alone hears of a failure.
    const tail = mine.then(
      () => undefined,
      () => undefined,
    );
    tails.set(key, tail);
    try {
      return await mine;
    } finally {
      if (tails.get(key) === tail) tails.delete(key);
    }
  };
};
