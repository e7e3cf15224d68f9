import { planContainer, unmistakableName, type ContainerPlan } from '../../scheduling/container-plan.ts';
import type { RunInput } from '../contract.ts';
import type { EngineAnswer } from '../docker/engine.ts';
import { bindsOf } from '../docker/engine-answers.ts';
import type { HostDeps } from './host-deps.ts';
import { applyMountPolicy, bundleRefusal } from './mount-policy.ts';
import { containerSpecOf, specOf } from './prepare.ts';
import { detailsOf } from './replica-containers.ts';

/** So much log waits on the engine for a server that does not answer, before the oldest is lost. */
const LOG_BACKLOG = { fileBytes: 8 * 1024 ** 3, files: 2 };

export type MountRefusal = { readonly kind: 'mount_refused'; readonly because: string };

/** The create request with every bind resolved as of now. */
const planNow = async (
  deps: HostDeps,
  input: RunInput,
): Promise<{ readonly kind: 'plan'; readonly plan: ContainerPlan } | MountRefusal> => {
  const { replica, bundleDigest } = input;
  const spec = containerSpecOf(await specOf(deps, replica), replica);
  const { allowedRoots, hostName } = deps.settings;
  const { workDir } = deps.bundles;
  const policy = { allowedRoots, hasBundle: bundleDigest !== null, workDir, jobId: replica.jobId };
  const verdict = await applyMountPolicy(spec.mounts, policy);
  if (verdict.kind === 'refused') return { kind: 'mount_refused', because: verdict.because };
  if (verdict.mounts.some(({ kind }) => kind === 'bundle')) {
    const because = await bundleRefusal(workDir, replica.jobId);
    if (because !== null) return { kind: 'mount_refused', because };
  }
  const plan = planContainer({ ...spec, mounts: [...verdict.mounts] }, replica, {
    engineId: input.engineId,
    hostName,
    bundleDirectory: bundleDigest === null ? null : deps.bundles.path(replica.jobId),
    gpuIds: input.gpuIds,
    logBacklog: LOG_BACKLOG,
  });
  return { kind: 'plan', plan };
};

export const createContainer = async (
  deps: HostDeps,
  input: RunInput,
): Promise<EngineAnswer<string> | MountRefusal> => {
  const planned = await planNow(deps, input);
  if (planned.kind === 'mount_refused') return planned;
  const { plan } = planned;
  const created = await deps.engine.create(plan);
  return created.kind === 'name_taken'
    ? deps.engine.create({ ...plan, name: unmistakableName(plan, input.replica) })
    : created;
};

/**
 * Why a created container may not be started: what its binds lead to is not what was judged. Null when it may.
 *
 * The engine follows links once more when it starts the container, so a running job that may write above a bind's
 * source can still exchange it in the instant between this look and that one. To close it, allow no root that one job
 * can write to and another one binds below.
 */
export const mountsChanged = async (deps: HostDeps, input: RunInput, containerId: string): Promise<string | null> => {
  const planned = await planNow(deps, input);
  if (planned.kind === 'mount_refused') return planned.because;
  const wanted = bindsOf(planned.plan.body['HostConfig']);
  if (wanted.length === 0) return null;
  const { binds } = await detailsOf(deps.engine, containerId);
  return wanted.length === binds.length && wanted.every((bind, index) => bind === binds[index])
    ? null
    : `what the container mounts (${binds.join(', ')}) leads elsewhere by now (${wanted.join(', ')})`;
};
