import type { ForgetInput } from '../contract.ts';
import { LABELS } from '../../model/names.ts';
import { LongshoreError } from '../../model/error.ts';
import type { HostDeps } from './host-deps.ts';
import { isLive } from './replica-containers.ts';

/** Removes what deleted jobs left here. What a newer job of the same id has made stays. Safe twice. */
export const clearJob = async (deps: HostDeps, { jobId, uids }: ForgetInput): Promise<void> => {
  for (const uid of uids) await removeContainers(deps, uid);
  const left: string[] = [];
  for (const uid of uids) {
    if (!(await deps.lock(`bundle/${jobId}`, () => deps.bundles.forget(jobId, uid))))
      left.push(deps.bundles.path(jobId));
  }
  left.push(...(await deps.lock(`artifacts/${jobId}`, () => deps.artifacts.forget(jobId, uids))));
  for (const uid of uids) deps.journal.forget(uid);
  if (left.length > 0) deps.log.warn({ jobId, left }, 'what a deleted job left behind may not be removed by this host');
};

const removeContainers = async ({ engine, settings }: HostDeps, uid: string): Promise<void> => {
  for (const { id, state } of await engine.list({ [LABELS.uid]: uid, [LABELS.host]: settings.hostName })) {
    if (isLive(state)) {
      throw new LongshoreError(
        'still_running',
        `container ${id.slice(0, 12)} of deleted job ${uid} is still to be stopped`,
      );
    }
    await engine.remove(id);
  }
};
