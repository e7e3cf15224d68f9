import { LongshoreError } from '../../model/error.ts';
import type { CollectResult } from '../../model/bookkeeping.ts';
import type { Digest } from '../../model/ids.ts';
import type { ReplicaRef } from '../../model/replica.ts';
import type { CollectInput } from '../contract.ts';
import { shipLog } from '../logs/log-shipper.ts';
import { packArtifacts } from './artifacts.ts';
import type { HostDeps } from './host-deps.ts';
import { checkEngine, containersOf, isLive, isOfEpoch, type ReplicaContainer } from './replica-containers.ts';
import { replicaKey } from './replica-lock.ts';

const drainLog = async (
  deps: HostDeps,
  { replica, isStray }: CollectInput,
  container: ReplicaContainer | undefined,
  abort: AbortSignal,
): Promise<void> => {
  const watcher = deps.watchers.find(replica);
  if (watcher !== null) return watcher.drained;
  if (container !== undefined) return shipLog(deps, replica, container.id, abort);
  // The job may be running this very attempt elsewhere.
  if (isStray === true) return;
  await deps.controlPlane.finishLog(replica).catch((cause: unknown) => {
    if (!(cause instanceof LongshoreError && cause.code === 'unknown_job')) throw cause;
    deps.log.warn({ uid: replica.uid, jobId: replica.jobId }, 'a job was deleted before it was collected');
  });
};

type Artifacts = { readonly digest: Digest | null; readonly incomplete: string | null };

const NONE: Artifacts = { digest: null, incomplete: null };

/** The folder goes by the job's id: a later run of it here has moved aside what this one made, maybe this instant. */
const ownArtifacts = async (deps: HostDeps, replica: ReplicaRef, hasRun: boolean): Promise<Artifacts> => {
  const { jobId } = replica;
  const movedAside = hasRun ? `its artifacts were moved aside for a later run of job ${jobId}` : null;
  const owner = await deps.artifacts.ownerOf(replica);
  if (owner === 'another') return { digest: null, incomplete: movedAside };
  if (owner === 'nobody' && !hasRun) return NONE;
  const uploaded = await uploadArtifacts(deps, jobId);
  return (await deps.artifacts.ownerOf(replica)) === owner ? uploaded : { digest: null, incomplete: movedAside };
};

const uploadArtifacts = async (deps: HostDeps, jobId: string): Promise<Artifacts> => {
  try {
    const archive = await packArtifacts(deps.settings.archiveDir, jobId);
    if (archive === null) return NONE;
    const written = await deps.controlPlane.writeBlob(archive.content);
    if (written.kind === 'stored') return { digest: written.digest, incomplete: archive.incomplete() };
    return { digest: null, incomplete: `the artifacts are larger than ${written.limitBytes} bytes` };
  } catch (cause) {
    if (
      cause instanceof LongshoreError &&
      (cause.code === 'artifacts_elsewhere' || cause.code === 'artifacts_unreadable')
    ) {
      return { digest: null, incomplete: cause.message };
    }
    throw cause;
  }
};

/**
 * Brings in what a dead container left: log, artifacts, usage; then removes it and its bundle. What it answered is kept
 * in the journal, so that a repetition answers the same after everything is gone.
 */
export const collectReplica = async (
  deps: HostDeps,
  input: CollectInput,
  abort: AbortSignal,
): Promise<CollectResult> => {
  const { replica } = input;
  await checkEngine(deps.engine, input.engineId);
  const entry = deps.journal.entry(replica);
  if (entry !== null && entry.collected !== null) return entry.collected;

  const containers = (await containersOf(deps.engine, replica)).filter((each) => isOfEpoch(each, replica));
  const live = containers.find(({ state }) => isLive(state));
  if (live !== undefined) {
    throw new LongshoreError(
      'still_running',
      `container ${live.id.slice(0, 12)} of job ${replica.jobId} still runs: it is to be stopped before it is collected`,
    );
  }
  await drainLog(deps, input, containers[0], abort);
  const hasRun = containers.some(({ state }) => state !== 'created') || entry?.result?.kind === 'exited';
  // Nobody would refer to a stray's.
  const artifacts = input.isStray === true ? NONE : await ownArtifacts(deps, replica, hasRun);
  const usage = entry?.usage ?? deps.watchers.find(replica)?.usage() ?? null;

  for (const { id } of containers) await deps.engine.remove(id);
  const isLast = deps.journal
    .entries()
    .every(({ replica: other }) => other.uid !== replica.uid || replicaKey(other) === replicaKey(replica));
  if (isLast) {
    if (!(await deps.lock(`bundle/${replica.jobId}`, () => deps.bundles.remove(replica)))) {
      deps.log.warn({ uid: replica.uid, jobId: replica.jobId }, 'a bundle is left behind: it may not be removed');
    }
    await deps.lock(`artifacts/${replica.jobId}`, () => deps.artifacts.release(replica));
  }

  const result = { artifactsDigest: artifacts.digest, usage, incomplete: artifacts.incomplete };
  deps.journal.collected(replica, result, Date.now());
  deps.watchers.forget(replica);
  return result;
};
