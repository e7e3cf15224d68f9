import type { NeedsPrepare, RunInput, RunResult } from '../contract.ts';
import { collectReplica } from './collect.ts';
import type { HostDeps } from './host-deps.ts';
import { placementKey } from './replica-lock.ts';

/** The slot and the GPUs are held meanwhile. */
const AT_ONCE_MS = 500;

/**
 * What an exited container left, brought in with the answer of `run` when that is a matter of moments: it spares the job
 * an activity. What takes longer, or fails, goes on or is done again under `collect`, which waits for this one.
 */
export const collectAtOnce = async (
  deps: HostDeps,
  input: RunInput,
  result: RunResult | NeedsPrepare,
): Promise<RunResult | NeedsPrepare> => {
  if (result.kind !== 'exited') return result;
  const { replica, engineId, bundleDigest } = input;
  const forAsLongAsItTakes = new AbortController().signal;
  const collecting = deps
    .lock(`collect/${placementKey(replica)}`, () =>
      collectReplica(deps, { replica, engineId, bundleDigest }, forAsLongAsItTakes),
    )
    .catch((cause: unknown) => {
      deps.log.warn({ err: cause, uid: replica.uid }, 'an ended container could not be collected at once');
      return null;
    });
  let timer: NodeJS.Timeout | undefined;
  const late = new Promise<null>((resolve) => {
    timer = setTimeout(() => resolve(null), AT_ONCE_MS);
  });
  const collected = await Promise.race([collecting, late]);
  clearTimeout(timer);
  return collected === null ? result : { ...result, collected };
};
