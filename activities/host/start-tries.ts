import type { ReplicaRef } from '../../model/replica.ts';
import type { Journal } from '../docker/journal.ts';

/** The same words so often, by an engine that answers otherwise: they are about the container. */
const MOST_TRIES = 5;

export type StartTries = {
  /** Counts one more failed try to create or start; true when it is enough. Other words begin anew. */
  isEnough(replica: ReplicaRef, words: string): boolean;
};

/** How often the engine failed to start a placement in the same words; a restarted host counts on. */
export const createStartTries = (journal: Pick<Journal, 'startFailed'>): StartTries => ({
  isEnough: (replica, said) => journal.startFailed(replica, essence(said), Date.now()) >= MOST_TRIES,
});

/** Ids and numbers differ from one try to the next. */
const essence = (words: string): string => words.replace(/[0-9a-f]{12,}|\d+/g, '');
