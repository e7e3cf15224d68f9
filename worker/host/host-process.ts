import { mkdir } from 'node:fs/promises';
import { join } from 'node:path';
import { ulid } from 'ulid';
import type { Logger } from 'pino';
import { createBundleDirectories } from '../../activities/bundle/bundle-directory.ts';
import { createDockerodeEngine } from '../../activities/docker/dockerode-engine.ts';
import { openJournal } from '../../activities/docker/sqlite-journal.ts';
import { createWatchers } from '../../activities/docker/watchers.ts';
import { createArtifactFolders } from '../../activities/host/artifact-folders.ts';
import { createHostActivities } from '../../activities/host/create-host-activities.ts';
import { createNoticeSender } from '../../activities/host/notice-sender.ts';
import { createKeyedLock } from '../../activities/host/replica-lock.ts';
import { createStartTries } from '../../activities/host/start-tries.ts';
import { lockDirectory } from '../../ledger/directory-lock.ts';
import { Closers } from '../closers.ts';
import { engineSilent, engineThere } from './engine-watch.ts';
import type { HostConfig } from './host-config.ts';
import { takeJournal } from './take-journal.ts';
import { createHttpControlPlane } from './http-control-plane.ts';
import { createGpuList } from './nvidia-gpus.ts';
import { openPollers } from './pollers.ts';
import { pruneDaily } from './prune-journal.ts';
import { reconcile } from './reconcile.ts';
import { rememberSpecs } from './remember-specs.ts';
import { createHello } from './say-hello.ts';
import { createSessions } from './sessions.ts';
import { untilAnswered } from './until-answered.ts';

export type RunningHost = {
  /** Resolves when the host has stopped; rejects when it had to, with the reason. */
  readonly ended: Promise<void>;
  /** Polls no more and lets go within seconds. Containers keep running. */
  stop(): Promise<void>;
};

const GPU_LIST_WITHIN_MS = 10_000;

/**
 * A host: takes its directory, finds what the last process left, says hello until it is accepted, polls, and has the
 * activities of the last process failed, so that Temporal tries them again at once. Resolves when it polls; rejects
 * with LongshoreError('directory_locked' | 'directory_copied' | 'host_refused'). Install Temporal's runtime first.
 */
export const startHost = async (
  config: HostConfig,
  deps: { readonly logger: Logger; readonly abort: AbortSignal },
): Promise<RunningHost> => {
  const { logger, abort } = deps;
  const closers = new Closers(logger);
  try {
    const wayOut = 'Stop that host process, or give this one another dataDir.';
    const lock = lockDirectory(config.dataDir, 'host', wayOut);
    closers.push('the data directory', () => lock.release());
    const journal = openJournal(join(config.dataDir, 'journal.db'));
    closers.push('the journal', () => journal.shut());
    await takeJournal(journal, config);
    const stopPruning = pruneDaily(journal, logger);
    closers.push('the pruning of the journal', stopPruning);

    const engine = createDockerodeEngine({ ...config.docker, log: logger });
    const controlPlane = rememberSpecs(createHttpControlPlane(config.server));
    closers.push('the connections to the server', () => controlPlane.close());
    const notices = createNoticeSender({ controlPlane, log: logger });
    closers.push('the notices', () => notices.stop());
    const watchers = createWatchers({ engine, controlPlane, journal, notices, log: logger });
    closers.push('the watchers', () => watchers.shut());
    const markerDir = join(config.dataDir, 'bundles');
    await mkdir(config.workDir, { recursive: true });
    await mkdir(config.archiveDir, { recursive: true });
    const bundles = createBundleDirectories({ workDir: config.workDir, markerDir });
    const left = await bundles.sweep();
    if (left.length > 0) logger.warn({ left, workDir: config.workDir }, 'half unpacked bundles could not be removed');

    await engineThere(engine, logger, abort);
    await reconcile({ engine, journal, watchers, log: logger }, config.name);
    const pending = journal.pending();
    const incarnation = ulid();
    journal.startedAs(incarnation);
    const over = new AbortController();
    closers.push('the session', async () => over.abort());
    const listGpus = createGpuList({ log: logger, withinMs: GPU_LIST_WITHIN_MS });
    const noMore = AbortSignal.any([abort, over.signal]);
    const sessions = createSessions({
      hostName: config.name,
      log: logger,
      abort: noMore,
      engineSilent: (ended) => engineSilent(engine, logger, ended),
      hello: createHello({
        ...{ config, engine, journal, controlPlane, listGpus, incarnation },
        ...{ log: logger, abort: noMore },
      }),
    });
    try {
      await sessions.begin();
    } catch (cause) {
      journal.forgetStart(incarnation);
      throw cause;
    }

    const { host, control } = createHostActivities({
      settings: { hostName: config.name, archiveDir: config.archiveDir, allowedRoots: config.allowedRoots },
      engine,
      controlPlane,
      journal,
      watchers,
      notices,
      bundles,
      artifacts: createArtifactFolders({
        archiveDir: config.archiveDir,
        markerDir: join(config.dataDir, 'artifacts'),
      }),
      startTries: createStartTries(journal),
      lock: createKeyedLock(),
      log: logger,
    });
    const pollers = await openPollers(
      { config, host, control: { ...control, ...sessions.activities }, log: logger },
      abort,
    );
    closers.push('the pollers', () => pollers.stop());
    if (pending.length > 0) {
      const because = `the host process of ${config.name} was restarted`;
      await untilAnswered(() => controlPlane.failActivities(pending, because), logger, abort);
      for (const activity of pending) journal.ended(activity);
    }
    logger.info({ host: config.name, pool: config.pool, held: journal.entries().length }, 'host is ready');
    const ended = Promise.race([pollers.ended, sessions.keep().then(() => pollers.ended)]);
    ended.catch(() => undefined);
    return { ended, stop: () => closers.close() };
  } catch (cause) {
    await closers.close();
    throw cause;
  }
};
