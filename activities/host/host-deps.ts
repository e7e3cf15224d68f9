import type { HostName } from '../../model/ids.ts';
import type { BundleDirectories } from '../bundle/bundle-directory.ts';
import type { ControlPlane } from '../control-plane.ts';
import type { Engine } from '../docker/engine.ts';
import type { Journal } from '../docker/journal.ts';
import type { Watchers } from '../docker/watchers.ts';
import type { ArtifactFolders } from './artifact-folders.ts';
import type { HostLog } from './host-log.ts';
import type { NoticeSender } from './notice-sender.ts';
import type { KeyedLock } from './replica-lock.ts';
import type { StartTries } from './start-tries.ts';

export type HostSettings = {
  readonly hostName: HostName;
  readonly archiveDir: string;
  /** Binds of jobs must lead to or below one of these. */
  readonly allowedRoots: readonly string[];
};

/** What the host activities work with. */
export type HostDeps = {
  readonly settings: HostSettings;
  readonly engine: Engine;
  readonly controlPlane: ControlPlane;
  readonly journal: Journal;
  readonly watchers: Watchers;
  readonly notices: NoticeSender;
  readonly bundles: BundleDirectories;
  readonly artifacts: ArtifactFolders;
  readonly startTries: StartTries;
  readonly lock: KeyedLock;
  readonly log: HostLog;
};
