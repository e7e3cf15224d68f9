import type { ControlPlane } from '../../activities/control-plane.ts';
import type { JobUid } from '../../model/ids.ts';
import type { JobSpec } from '../../model/job-spec.ts';

/** More than can be begun at once; a spec may be megabytes. */
const MOST = 32;

/** A job's spec never changes: preparing, creating and starting ask the server once. In memory only, it holds secrets. */
export const rememberSpecs = <T extends ControlPlane>(controlPlane: T): T => {
  const known = new Map<JobUid, JobSpec>();
  return {
    ...controlPlane,
    async spec(uid) {
      const spec = known.get(uid) ?? (await controlPlane.spec(uid));
      if (typeof spec !== 'object') return spec;
      known.delete(uid);
      known.set(uid, spec);
      const [oldest] = known.keys();
      if (known.size > MOST && oldest !== undefined) known.delete(oldest);
      return spec;
    },
  };
};
