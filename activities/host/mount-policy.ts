import { mkdir, realpath } from 'node:fs/promises';
import { basename, dirname, isAbsolute, join, normalize, sep } from 'node:path';
import type { Mount } from '../../model/job-spec.ts';

export type MountVerdict =
  /** The mounts with their sources resolved: what was judged is what is mounted. */
  | { readonly kind: 'allowed'; readonly mounts: readonly Mount[] }
  | { readonly kind: 'refused'; readonly because: string };

/** Where a path really leads, through the links of its deepest ancestor that exists. */
const resolveReally = async (path: string): Promise<string> => {
  try {
    return await realpath(path);
  } catch (cause) {
    if (!(cause instanceof Error && 'code' in cause && cause.code === 'ENOENT') || dirname(path) === path) throw cause;
    return join(await resolveReally(dirname(path)), basename(path));
  }
};

const isWithin = (path: string, root: string): boolean =>
  path === root || path.startsWith(root.endsWith(sep) ? root : root + sep);

/**
 * Binds must lead to or below one of the allowed roots, links followed. A source that is missing there is created, as
 * the engine would; elsewhere nothing is. Safe twice.
 */
export const applyMountPolicy = async (
  mounts: readonly Mount[],
  policy: { readonly allowedRoots: readonly string[]; readonly hasBundle: boolean },
): Promise<MountVerdict> => {
  const roots = await Promise.all(policy.allowedRoots.map(resolveReally));
  const allowed: Mount[] = [];
  for (const mount of mounts) {
    if (mount.kind === 'bundle' && !policy.hasBundle) {
      return { kind: 'refused', because: `the job's bundle is wanted at ${mount.target}, but no bundle was uploaded` };
    }
    if (mount.kind !== 'bind') {
      allowed.push(mount);
      continue;
    }
    if (!isAbsolute(mount.source) || mount.source.includes(':')) {
      return { kind: 'refused', because: `${mount.source} cannot be mounted: it must be an absolute path without ":"` };
    }
    const source = await resolveReally(normalize(mount.source));
    if (!roots.some((root) => isWithin(source, root))) {
      const leads = source === mount.source ? '' : `, which leads to ${source},`;
      const because = `${mount.source}${leads} is not below a directory that jobs may mount (${policy.allowedRoots.join(', ') || 'none'}); add one to mounts.allowedRoots`;
      return { kind: 'refused', because };
    }
    // An existing file or directory stays as it is.
    if ((await resolvesTo(source)) === null) await mkdir(source, { recursive: true });
    allowed.push({ ...mount, source });
  }
  return { kind: 'allowed', mounts: allowed };
};

const resolvesTo = (path: string): Promise<string | null> => realpath(path).catch(() => null);
