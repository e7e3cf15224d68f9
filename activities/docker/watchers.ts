import type { ReplicaRef } from '../../model/replica.ts';
import { placementKey } from '../host/replica-lock.ts';
import type { ContainerDetails } from './engine.ts';
import type { RunLimit } from './journal.ts';
import { watch, type Watcher, type WatcherDeps } from './watcher.ts';

/** The host worker's watchers: at most one per replica and epoch. */
export type Watchers = {
  /** The watcher of a started container, begun if there is none. A limit that becomes known later is set then. */
  ensure(replica: ReplicaRef, details: ContainerDetails, limit: RunLimit | null): Watcher;
  find(replica: ReplicaRef): Watcher | null;
  /** Its container is collected. */
  forget(replica: ReplicaRef): void;
  shut(): void;
};

export const createWatchers = (deps: WatcherDeps): Watchers => {
  const watchers = new Map<string, Watcher>();
  return {
    ensure(replica, details, limit) {
      const watcher = watchers.get(placementKey(replica)) ?? watch(deps, replica, details);
      watchers.set(placementKey(replica), watcher);
      if (limit !== null) watcher.limit(limit);
      return watcher;
    },
    find: (replica) => watchers.get(placementKey(replica)) ?? null,
    forget(replica) {
      watchers.get(placementKey(replica))?.shut();
      watchers.delete(placementKey(replica));
    },
    shut() {
      for (const watcher of watchers.values()) watcher.shut();
      watchers.clear();
    },
  };
};
