import { posix } from 'node:path';
import type { Mount } from '../../model/job-spec.ts';
import { ok, type Parsed, refused } from './parsed.ts';

const targetOf = (mount: Mount): string => (mount.kind === 'mount' ? mount.request.Target : mount.target);

/** The engine mounts nothing twice at one place, whichever keywords asked for it. */
export const mountedOnce = (mounts: readonly Mount[], tmpfs: readonly string[]): Parsed<Mount[]> => {
  const targets = [...mounts.map(targetOf), ...tmpfs.map((path) => posix.normalize(path).replace(/(?<=.)\/$/, ''))];
  const twice = targets.find((target, index) => targets.indexOf(target) !== index);
  return twice === undefined ? ok([...mounts]) : refused(`volumes: two of them are mounted at ${twice}`);
};
