import { Context } from '@temporalio/activity';
import { LongshoreError } from '../../model/error.ts';
import type { ContainerSpec, JobSpec } from '../../model/job-spec.ts';
import type { ReplicaRef } from '../../model/replica.ts';
import { compareEpochs, formatEpoch } from '../../scheduling/epoch.ts';
import type { NeedsPrepare, PrepareInput, PrepareResult } from '../contract.ts';
import { createBackoff } from './backoff.ts';
import type { HostDeps } from './host-deps.ts';
import { applyMountPolicy } from './mount-policy.ts';
import { checkEngine } from './replica-containers.ts';

const MOST_PULLS = 3;

export const specOf = async (deps: Pick<HostDeps, 'controlPlane'>, replica: ReplicaRef): Promise<JobSpec> => {
  const spec = await deps.controlPlane.spec(replica.uid);
  if (typeof spec === 'object') return spec;
  if (spec === 'lost') {
    const sentence = `The ledger was restored from a copy that does not have what job ${replica.jobId} is to run. Submit it again.`;
    throw new LongshoreError('spec_lost', sentence);
  }
  throw new LongshoreError('unknown_job', `the server has no spec of job ${replica.jobId} (${replica.uid}) any more`);
};

export const isSpecLost = (cause: unknown): cause is LongshoreError =>
  cause instanceof LongshoreError && cause.code === 'spec_lost';

export const containerSpecOf = (spec: JobSpec, replica: ReplicaRef): ContainerSpec => {
  const role = spec.roles.find(({ name }) => name === replica.role);
  if (role !== undefined) return role.container;
  throw new LongshoreError('spec_invalid', `the spec of job ${replica.jobId} has no role ${replica.role}`);
};

/** Why this epoch may not be begun on this host; null when it may. */
export const closedBecause = (deps: Pick<HostDeps, 'journal'>, replica: ReplicaRef): string | null => {
  const closed = deps.journal.closedEpoch(replica);
  return closed !== null && compareEpochs(closed, replica.epoch) >= 0
    ? `placement ${formatEpoch(replica.epoch)} is closed on this host (up to ${formatEpoch(closed)})`
    : null;
};

const pull = async (
  deps: HostDeps,
  { image, engine }: ContainerSpec,
  onProgress: (line: string) => void,
): Promise<PrepareResult> => {
  const backoff = createBackoff();
  const abort = Context.current().cancellationSignal;
  for (let tries = 1; ; tries += 1) {
    const pulled = await deps.engine.pull(image, onProgress, abort, engine?.platform);
    if (pulled.kind === 'ok') return { kind: 'ready', imageId: pulled.value, pulled: true };
    if (pulled.kind === 'image_not_found') {
      const sentence = `The image ${image} does not exist or may not be pulled: ${pulled.message}`;
      return { kind: 'failed', reason: 'image_not_found', sentence };
    }
    if (tries === MOST_PULLS) {
      const sentence = `The image ${image} could not be pulled in ${MOST_PULLS} tries: ${pulled.message}`;
      return { kind: 'failed', reason: 'image_pull_failed', sentence };
    }
    deps.log.warn({ image, message: pulled.message, tries }, 'a pull failed; trying again');
    await backoff.wait(abort);
  }
};

/** Image, mounts and bundle are made ready, nothing is created. What is there already is left as it is. */
const makeReady = async <Else extends NeedsPrepare>(
  deps: HostDeps,
  input: PrepareInput,
  getMissing: (container: ContainerSpec) => Promise<PrepareResult | Else>,
  onProgress: (line: string) => void,
): Promise<PrepareResult | Else> => {
  const { replica, bundleDigest } = input;
  await checkEngine(deps.engine, input.engineId);
  deps.journal.sawEpoch(replica.epoch);
  const closed = closedBecause(deps, replica);
  if (closed !== null) return { kind: 'refused', because: closed };

  const jobSpec = await specOf(deps, replica);
  const spec = containerSpecOf(jobSpec, replica);
  const mounts = await applyMountPolicy(spec.mounts, {
    allowedRoots: deps.settings.allowedRoots,
    hasBundle: bundleDigest !== null,
    workDir: deps.bundles.workDir,
    jobId: replica.jobId,
  });
  if (mounts.kind === 'refused') return { kind: 'failed', reason: 'mount_refused', sentence: mounts.because };

  const imageId = await deps.engine.findImage(spec.image, spec.engine?.platform);
  const found: PrepareResult | Else =
    imageId === null ? await getMissing(spec) : { kind: 'ready', imageId, pulled: false };
  if (found.kind !== 'ready' || bundleDigest === null) return found;

  onProgress('unpacking the bundle');
  const installed = await deps.lock(`bundle/${replica.jobId}`, async () => {
    // Stopped during the pull: the place may be another attempt's by now.
    const because = closedBecause(deps, replica);
    if (because !== null) return { kind: 'refused', because } as const;
    const bundle = { digest: bundleDigest, topFolder: jobSpec.bundleFolder ?? replica.jobId };
    return deps.bundles.install(replica, bundle, () => deps.controlPlane.readBlob(bundleDigest));
  });
  if (installed.kind === 'refused') return installed;
  if (installed.kind === 'ready') return found;
  return { kind: 'failed', reason: 'bundle_invalid', sentence: `The bundle cannot be unpacked: ${installed.because}` };
};

/** As `makeReady`; a job whose spec is lost for good fails. */
export const prepareReplica = async (
  deps: HostDeps,
  input: PrepareInput,
  onProgress: (line: string) => void,
): Promise<PrepareResult> => {
  try {
    return await makeReady<never>(deps, input, (container) => pull(deps, container, onProgress), onProgress);
  } catch (cause) {
    if (!isSpecLost(cause)) throw cause;
    return { kind: 'failed', reason: 'lost_in_restore', sentence: cause.message };
  }
};

/** Whether all is ready now that can be without a pull. What keeps it from that is for `prepare` to find and to tell. */
export const readyWithoutPull = async (deps: HostDeps, input: PrepareInput): Promise<boolean> => {
  const needsPrepare: NeedsPrepare = { kind: 'needs_prepare' };
  try {
    const made = await makeReady(
      deps,
      input,
      async () => needsPrepare,
      () => undefined,
    );
    return made.kind === 'ready';
  } catch (cause) {
    if (!isSpecLost(cause)) throw cause;
    return false;
  }
};
