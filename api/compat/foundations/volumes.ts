import { posix } from 'node:path';
import type { Mount } from '../../../model/job-spec.ts';
import { isJsonObject, jsonKind } from './json-kind.ts';
import { parseMode } from './mount-mode.ts';
import { ok, type Parsed, parseEach, refused } from './parsed.ts';
import { pathFault } from './paths.ts';

export type MountPolicy = {
  /** Host directories a job may bind, each with all that is below it. */
  readonly allowedRoots: readonly string[];
  /** The container directory that stands for the job's bundle, whatever host path is bound to it. */
  readonly bundleTarget: string;
  /** A named volume is whatever volume of that name the host's engine has, another job's or service's among them. */
  readonly allowNamedVolumes: boolean;
};

type Volume = { readonly source: string; readonly target: string; readonly mode: string };

const VOLUME_NAME = /^[A-Za-z0-9][A-Za-z0-9_.-]+$/;

const withoutTrailingSlash = (path: string): string =>
  path.length > 1 && path.endsWith('/') ? path.slice(0, -1) : path;
const normalized = (path: string): string => withoutTrailingSlash(posix.normalize(path));

const isUnder = (root: string, path: string): boolean => root === '/' || path === root || path.startsWith(`${root}/`);

const bindRefusal = (source: string, roots: readonly string[]): string =>
  `volumes: "${source}" cannot be mounted: jobs may only bind what is under ` +
  `${roots.length === 0 ? 'the allowed roots, and none are set' : roots.join(', ')}; ` +
  'an operator can add its directory to `mounts.allowedRoots` in longshore.yaml';

const volumeRefusal = (name: string): string =>
  `volumes: "${name}" is refused: a job could mount any volume of its host by name; bind a directory instead; ` +
  'an operator can set `policy.allowNamedVolumes` in longshore.yaml';

const toMount = (volume: Volume, policy: MountPolicy): Parsed<Mount> => {
  const { source } = volume;
  const fault = pathFault(source) ?? pathFault(volume.target);
  if (fault !== null) return refused(`volumes ${fault}`);
  // The engine takes a mount as one text, parted by colons.
  if (`${source}${volume.target}`.includes(':')) return refused('volumes must not hold a ":" in a path');
  if (!volume.target.startsWith('/'))
    return refused(`volumes: "${volume.target}" in the container must be an absolute path`);
  const target = normalized(volume.target);
  if (target === '/') return refused('volumes: nothing can be mounted over the container\'s "/"');
  const parsedMode = parseMode(volume.mode, target);
  if (parsedMode.kind === 'refused') return parsedMode;
  const mode = parsedMode.value;
  if (target === normalized(policy.bundleTarget)) return ok({ kind: 'bundle', target, mode });
  if (source.startsWith('/')) {
    const path = normalized(source);
    const roots = policy.allowedRoots.map(normalized);
    return roots.some((root) => isUnder(root, path))
      ? ok({ kind: 'bind', source: path, target, mode })
      : refused(bindRefusal(source, roots));
  }
  if (!VOLUME_NAME.test(source)) {
    return refused(`volumes: "${source}" is neither an absolute path nor a volume's name`);
  }
  return policy.allowNamedVolumes ? ok({ kind: 'volume', name: source, target, mode }) : refused(volumeRefusal(source));
};

const readBound = ([source, bound]: readonly [string, unknown]): Parsed<Volume> => {
  if (typeof bound === 'string') return ok({ source, target: bound, mode: 'rw' });
  if (!isJsonObject(bound)) {
    return refused(`volumes["${source}"] must be an object with bind and mode, not ${jsonKind(bound)}`);
  }
  const { bind, mode, ro, propagation, ...others } = bound;
  const unknown = Object.keys(others)[0];
  if (unknown !== undefined) return refused(`volumes["${source}"] has an unknown key: ${unknown}`);
  if (typeof bind !== 'string') return refused(`volumes["${source}"].bind must be a string, not ${jsonKind(bind)}`);
  if (ro !== undefined && mode !== undefined) return refused(`volumes["${source}"] cannot have both ro and mode`);
  if (ro !== undefined && typeof ro !== 'boolean')
    return refused(`volumes["${source}"].ro must be a boolean, not ${jsonKind(ro)}`);
  const options = [ro === undefined ? (mode ?? 'rw') : ro ? 'ro' : 'rw', propagation].filter(
    (option) => option !== undefined,
  );
  const words = options.filter((option) => typeof option === 'string');
  const wrong = options.find((option) => typeof option !== 'string');
  if (wrong !== undefined)
    return refused(`volumes["${source}"] must say its mode as a string, not as ${jsonKind(wrong)}`);
  return ok({ source, target: bind, mode: words.filter((word) => word !== '').join(',') || 'rw' });
};

const readListed = (entry: unknown): Parsed<Volume> => {
  if (typeof entry !== 'string')
    return refused(`volumes must list strings like "/host:/container:ro", not ${jsonKind(entry)}`);
  const [source = '', target, mode = 'rw', ...rest] = entry.split(':');
  if (target === undefined) return refused(`not supported yet: volumes without a source ("${entry}")`);
  if (rest.length > 0) return refused(`volumes: "${entry}" has more than the three parts of "/host:/container:ro"`);
  return ok({ source, target, mode });
};

/** `volumes` as docker-py takes it, each entry made into a mount the policy allows. */
export const parseVolumes = (value: unknown, policy: MountPolicy): Parsed<Mount[]> => {
  const volumes = isJsonObject(value)
    ? parseEach(Object.entries(value), readBound)
    : Array.isArray(value)
      ? parseEach(value, readListed)
      : refused(`volumes must be an object or a list of strings, not ${jsonKind(value)}`);
  if (volumes.kind === 'refused') return volumes;
  const mounts = parseEach(volumes.value, (volume) => toMount(volume, policy));
  if (mounts.kind === 'refused') return mounts;
  const targets = mounts.value.map((mount) => mount.target);
  const twice = targets.find((target, index) => targets.indexOf(target) !== index);
  return twice === undefined ? mounts : refused(`volumes: two of them are mounted at ${twice}`);
};
