import type { ReplicaRef } from '../../model/replica.ts';
import { formatEpoch } from '../../scheduling/epoch.ts';
import { replicaKey } from './replica-lock.ts';

/** The same words so often, by an engine that answers otherwise: they are about the container. */
const MOST_TRIES = 5;

export type StartTries = {
  /** Counts one more failed try to create or start; true when it is enough. Other words begin anew. */
  isEnough(replica: ReplicaRef, words: string): boolean;
  forget(replica: ReplicaRef): void;
};

/** How often the engine failed to start a placement in the same words. Of this process: a restarted host begins anew. */
export const createStartTries = (): StartTries => {
  const tries = new Map<string, { readonly words: string; readonly count: number }>();
  const keyOf = (replica: ReplicaRef): string => `${replicaKey(replica)}@${formatEpoch(replica.epoch)}`;
  // Ids and numbers differ from one try to the next.
  const essence = (words: string): string => words.replace(/[0-9a-f]{12,}|\d+/g, '');

  return {
    isEnough(replica, said) {
      const words = essence(said);
      const before = tries.get(keyOf(replica));
      const count = before?.words === words ? before.count + 1 : 1;
      tries.set(keyOf(replica), { words, count });
      return count >= MOST_TRIES;
    },
    forget: (replica) => void tries.delete(keyOf(replica)),
  };
};
