import { setTimeout as sleep } from 'node:timers/promises';
import type { ReplicaRef, Usage } from '../../model/replica.ts';
import type { ControlPlane } from '../control-plane.ts';
import { createBackoff } from '../host/backoff.ts';
import type { HostLog } from '../host/host-log.ts';
import type { NoticeSender } from '../host/notice-sender.ts';
import { shipLog } from '../logs/log-shipper.ts';
import { awaitExit, diedWithEngine, exitOf, type Ended } from './await-exit.ts';
import { createDeadline } from './deadline.ts';
import type { ContainerDetails, Engine } from './engine.ts';
import type { Journal, RunLimit } from './journal.ts';
import { stopContainer } from './stop-container.ts';
import { sampleUsage } from './usage-sampler.ts';

/** How late the log of a container that goes on begins to be followed. */
const AT_ONCE_MS = 40;

export type WatcherDeps = {
  readonly engine: Engine;
  readonly controlPlane: ControlPlane;
  readonly journal: Journal;
  readonly notices: NoticeSender;
  readonly log: HostLog;
};

export type Watcher = {
  readonly containerId: string;
  /** Shared by everybody who waits for this container. Rejects only when the watcher is shut. */
  readonly ended: Promise<Ended>;
  /** Resolves when the container has ended and its whole log is stored and finished. */
  readonly drained: Promise<void>;
  usage(): Usage | null;
  limit(limit: RunLimit): void;
  /** Looks away; the container goes on. */
  shut(): void;
};

/**
 * Looks after one started container for as long as it lives, whoever waits for it: ships its log, holds its deadline,
 * samples its usage and reports its start and end. Owned by the host worker, so that no lost activity, heartbeat or
 * Temporal server changes anything for it. `details` are of after the start.
 */
export const watch = (deps: WatcherDeps, replica: ReplicaRef, details: ContainerDetails): Watcher => {
  const shut = new AbortController();
  const over = new AbortController();
  const containerId = details.id;
  const sampler = sampleUsage(deps, containerId, over.signal);

  const ended: Promise<Ended> = awaitExit(deps, containerId, shut.signal).then((last) => {
    const endedBy = deps.journal.entry(replica)?.endedBy ?? (diedWithEngine(last) ? 'engine' : 'itself');
    const exit = last.details === null ? null : exitOf(last.details, endedBy);
    if (exit === null) return { kind: 'absent' };
    deps.notices.send({ kind: 'exited', replica, exit, atMs: exit.finishedAtMs });
    return { kind: 'exited', exit };
  });

  const enforce = async (limit: RunLimit): Promise<void> => {
    const backoff = createBackoff();
    deps.journal.ending(replica, 'deadline');
    deps.log.info({ uid: replica.uid, jobId: replica.jobId, limit }, 'the run time is over: stopping the container');
    for (;;) {
      try {
        return await stopContainer(deps, containerId, limit.stop, ended);
      } catch (cause) {
        over.signal.throwIfAborted();
        deps.log.warn({ err: cause, containerId }, 'the container could not be stopped at its deadline; trying again');
        await backoff.wait(over.signal);
      }
    }
  };
  const deadline = createDeadline(details.startedAtMs ?? Date.now(), (limit) => {
    enforce(limit).catch((cause: unknown) => {
      if (!over.signal.aborted)
        deps.log.warn({ err: cause, containerId }, 'the deadline of a container is no longer held');
    });
  });

  // The log of what ends at once is read once, after its end.
  const hasEnded = (): Promise<boolean> =>
    Promise.race([ended.then(() => true), sleep(AT_ONCE_MS, false, { signal: shut.signal })]);
  const drained = shipLog({ ...deps, hasEnded }, replica, containerId, shut.signal);
  const lookAway = (): void => {
    deadline.clear();
    over.abort();
  };
  ended.then(lookAway, lookAway);
  // Whoever awaits it hears of it; with nobody there it is the shutdown.
  drained.catch((cause: unknown) => {
    if (!shut.signal.aborted) deps.log.warn({ err: cause, containerId }, 'the log of a container is no longer shipped');
  });
  if (details.state !== 'exited' && details.state !== 'dead') {
    deps.notices.send({ kind: 'started', replica, containerId, atMs: details.startedAtMs ?? Date.now() });
  }

  return { containerId, ended, drained, usage: sampler.usage, limit: deadline.limit, shut: () => shut.abort() };
};
