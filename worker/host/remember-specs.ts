import type { ControlPlane } from '../../activities/control-plane.ts';
import type { JobUid } from '../../model/ids.ts';
import type { JobSpec } from '../../model/job-spec.ts';

/** More than can be begun at once; a spec may be megabytes. */
const MOST = 32;
/** Far longer than a job with its image at hand takes to begin. One that pulls for longer asks once more. */
const KEEP_MS = 2 * 60_000;

/**
 * A job's spec never changes: preparing, creating and starting ask the server once. In memory only, and not for long
 * after: it holds secrets.
 */
export const rememberSpecs = <T extends ControlPlane>(controlPlane: T): T => {
  const known = new Map<JobUid, { readonly spec: JobSpec; readonly timer: NodeJS.Timeout }>();
  const forget = (uid: JobUid): void => {
    clearTimeout(known.get(uid)?.timer);
    known.delete(uid);
  };
  return {
    ...controlPlane,
    async spec(uid) {
      const before = known.get(uid);
      if (before !== undefined) return before.spec;
      const spec = await controlPlane.spec(uid);
      if (typeof spec !== 'object') return spec;
      forget(uid);
      known.set(uid, { spec, timer: setTimeout(() => forget(uid), KEEP_MS).unref() });
      const [oldest] = known.keys();
      if (known.size > MOST && oldest !== undefined) forget(oldest);
      return spec;
    },
  };
};
