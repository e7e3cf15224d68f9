import { lstat, mkdir, realpath } from 'node:fs/promises';
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

const NOT_MOUNTABLE = new Set([
  'ENOTDIR',
  'ENAMETOOLONG',
  'ELOOP',
  'EACCES',
  'EPERM',
  'EROFS',
  'ERR_INVALID_ARG_VALUE',
]);

export type MountPolicy = {
  readonly allowedRoots: readonly string[];
  readonly hasBundle: boolean;
  /** Bundles of all jobs lie there: a job sees none but its own. */
  readonly workDir: string;
  readonly jobId: string;
};

type Judged =
  { readonly kind: 'mount'; readonly mount: Mount | null } | { readonly kind: 'refused'; readonly because: string };
const refused = (because: string): Judged => ({ kind: 'refused', because });

type Bind = Extract<Mount, { kind: 'bind' }>;

const judgeBind = async (mount: Bind, policy: MountPolicy): Promise<Judged> => {
  if (!isAbsolute(mount.source) || mount.source.includes(':')) {
    return refused(`${mount.source} cannot be mounted: it must be an absolute path without ":"`);
  }
  const roots = await Promise.all(policy.allowedRoots.map(resolveReally));
  const workDir = await resolveReally(policy.workDir);
  const source = await resolveReally(normalize(mount.source));
  const leads = source === mount.source ? '' : `, which leads to ${source},`;
  if (!roots.some((root) => isWithin(source, root))) {
    return refused(
      `${mount.source}${leads} is not below a directory that jobs may mount (${policy.allowedRoots.join(', ') || 'none'}); add one to mounts.allowedRoots`,
    );
  }
  if (source === workDir) {
    // The Foundations client binds the whole directory to itself. The job's own part of it, at the same path, is what
    // a job may see; without a bundle there is none.
    const target = join(mount.target, policy.jobId);
    return { kind: 'mount', mount: policy.hasBundle ? { kind: 'bundle', target, mode: mount.mode } : null };
  }
  if (isWithin(workDir, source) || (isWithin(source, workDir) && !isWithin(source, join(workDir, policy.jobId)))) {
    return refused(`${mount.source}${leads} cannot be mounted: the bundles of other jobs are there`);
  }
  // An existing file or directory stays as it is.
  if ((await resolvesTo(source)) === null) await mkdir(source, { recursive: true });
  return { kind: 'mount', mount: { ...mount, source } };
};

/** What of a mount leads to a directory of the host; null when nothing does. */
const bindOf = (mount: Mount): Bind | null => {
  switch (mount.kind) {
    case 'bind':
      return mount;
    case 'mount': {
      const { Type, Source, Target, ReadOnly } = mount.request;
      if (Type !== 'bind') return null;
      return { kind: 'bind', source: Source ?? '', target: Target, mode: ReadOnly === true ? 'ro' : 'rw' };
    }
    case 'bundle':
    case 'volume':
    case 'anonymous':
      return null;
  }
};

/** The judged bind in the form it was asked for. */
const inItsForm = (asked: Mount, judged: Mount): Mount =>
  asked.kind === 'mount' && judged.kind === 'bind'
    ? { kind: 'mount', request: { ...asked.request, Source: judged.source } }
    : judged;

/**
 * Binds must lead to or below one of the allowed roots, links followed, and not to other jobs' bundles. A source that
 * is missing there is created, as the engine would; elsewhere nothing is. Safe twice.
 */
export const applyMountPolicy = async (mounts: readonly Mount[], policy: MountPolicy): Promise<MountVerdict> => {
  const allowed: Mount[] = [];
  for (const mount of mounts) {
    if (mount.kind === 'bundle' && !policy.hasBundle) {
      return { kind: 'refused', because: `the job's bundle is wanted at ${mount.target}, but no bundle was uploaded` };
    }
    const bind = bindOf(mount);
    if (bind === null) {
      allowed.push(mount);
      continue;
    }
    try {
      const judged = await judgeBind(bind, policy);
      if (judged.kind === 'refused') return judged;
      if (judged.mount !== null) allowed.push(inItsForm(mount, judged.mount));
    } catch (cause) {
      const code = cause instanceof Error && 'code' in cause ? String(cause.code) : '';
      if (!(cause instanceof Error) || !NOT_MOUNTABLE.has(code)) throw cause;
      return { kind: 'refused', because: `${bind.source} cannot be mounted: ${cause.message}` };
    }
  }
  return { kind: 'allowed', mounts: allowed };
};

const resolvesTo = (path: string): Promise<string | null> => realpath(path).catch(() => null);

/** Why the job's bundle may not be mounted: somebody put something else into its place. Null when it may. */
export const bundleRefusal = async (workDir: string, jobId: string): Promise<string | null> => {
  const path = join(workDir, jobId);
  const isOwn = (await resolvesTo(path)) === join(await realpath(workDir), jobId) && (await lstat(path)).isDirectory();
  return isOwn ? null : `the job's bundle is not in its place, ${path}: somebody removed or replaced it`;
};
