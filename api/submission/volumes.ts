import { posix } from 'node:path';
import type { Mount } from '../../model/job-spec.ts';
import { isJsonObject, jsonKind } from './json-kind.ts';
import { isMode, parseMode } from './mount-mode.ts';
import { closedRule } from './options/rules.ts';
import { ok, type Parsed, parseEach, refused } from './parsed.ts';
import { pathFault } from './paths.ts';
import type { SpecPolicy } from './spec-policy.ts';

/** A source of null is a volume of the container's own. */
type Volume = { readonly source: string | null; readonly target: string; readonly mode: string };

const VOLUME_NAME = /^[A-Za-z0-9][A-Za-z0-9_.-]+$/;
const PROPAGATION: ReadonlySet<unknown> = new Set(['rshared', 'shared', 'rslave', 'slave', 'rprivate', 'private']);

const withoutTrailingSlash = (path: string): string =>
  path.length > 1 && path.endsWith('/') ? path.slice(0, -1) : path;
const normalized = (path: string): string => withoutTrailingSlash(posix.normalize(path));

const isUnder = (root: string, path: string): boolean => root === '/' || path === root || path.startsWith(`${root}/`);

/** A place in the container, in its shortest form. `field` is the keyword it was said by. */
export const parseTarget = (field: string, target: string): Parsed<string> => {
  const fault = pathFault(target);
  if (fault !== null) return refused(`${field} ${fault}`);
  // The engine takes a mount as one text, parted by colons.
  if (target.includes(':')) return refused(`${field} must not hold a ":" in a path`);
  if (!target.startsWith('/')) return refused(`${field}: "${target}" in the container must be an absolute path`);
  const place = normalized(target);
  return place === '/' ? refused(`${field}: nothing can be mounted over the container's "/"`) : ok(place);
};

/** A directory of the host that jobs may bind, by its text; the host looks where it really leads. */
export const judgeBindSource = (field: string, source: string, policy: SpecPolicy): Parsed<string> => {
  const fault = pathFault(source);
  if (fault !== null) return refused(`${field} ${fault}`);
  if (source.includes(':')) return refused(`${field} must not hold a ":" in a path`);
  if (!source.startsWith('/')) return refused(`${field}: "${source}" must be an absolute path`);
  const path = normalized(source);
  const roots = policy.allowedRoots.map(normalized);
  if (roots.some((root) => isUnder(root, path))) return ok(path);
  return refused(
    `${field}: "${source}" cannot be mounted: jobs may only bind what is under ` +
      `${roots.length === 0 ? 'the allowed roots, and none are set' : roots.join(', ')}; ` +
      'an operator can add its directory to `mounts.allowedRoots` in longshore.yaml',
  );
};

export const judgeVolumeName = (field: string, name: string, policy: SpecPolicy): Parsed<string> => {
  if (!VOLUME_NAME.test(name)) {
    return refused(`${field}: "${name}" is neither an absolute path nor a volume's name`);
  }
  if (policy.allowNamedVolumes) return ok(name);
  return closedRule(`${field}: "${name}"`, {
    rule: 'allowNamedVolumes',
    because: 'a job could mount any volume of its host by name',
    wayOut: 'bind a directory instead',
  });
};

const toMount = (volume: Volume, policy: SpecPolicy): Parsed<Mount> => {
  const place = parseTarget('volumes', volume.target);
  if (place.kind === 'refused') return place;
  const target = place.value;
  const { source } = volume;
  if (source === null) return ok({ kind: 'anonymous', target });
  const parsedMode = parseMode(volume.mode, target, policy);
  if (parsedMode.kind === 'refused') return parsedMode;
  const mode = parsedMode.value;
  const fault = pathFault(source);
  if (fault !== null) return refused(`volumes ${fault}`);
  if (target === normalized(policy.bundleTarget)) return ok({ kind: 'bundle', target, mode });
  if (source.startsWith('/')) {
    const path = judgeBindSource('volumes', source, policy);
    return path.kind === 'refused' ? path : ok({ kind: 'bind', source: path.value, target, mode });
  }
  const name = judgeVolumeName('volumes', source, policy);
  return name.kind === 'refused' ? name : ok({ kind: 'volume', name: name.value, target, mode });
};

const readBound = ([source, bound]: readonly [string, unknown]): Parsed<Volume> => {
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
  if (mode !== undefined && typeof mode !== 'string')
    return refused(`volumes["${source}"] must say its mode as a string, not as ${jsonKind(mode)}`);
  if (propagation !== undefined && propagation !== null && !PROPAGATION.has(propagation))
    return refused(`volumes["${source}"].propagation must be one of ${[...PROPAGATION].join(', ')}`);
  const words = [ro === undefined ? (mode ?? 'rw') : ro ? 'ro' : 'rw', propagation];
  return ok({ source, target: bind, mode: words.filter((word) => typeof word === 'string' && word !== '').join(',') });
};

const readListed = (entry: unknown): Parsed<Volume> => {
  if (typeof entry !== 'string')
    return refused(`volumes must list strings like "/host:/container:ro", not ${jsonKind(entry)}`);
  const [source = '', target, mode = '', ...rest] = entry.split(':');
  if (target === undefined) return ok({ source: null, target: source, mode: '' });
  if (rest.length > 0) return refused(`volumes: "${entry}" has more than the three parts of "/host:/container:ro"`);
  if (isMode(target)) return refused(`volumes: "${entry}" says how it is mounted, but not from where`);
  return ok({ source, target, mode });
};

/** `volumes` as docker-py takes it, each entry made into a mount the policy allows. */
export const parseVolumes = (value: unknown, policy: SpecPolicy): Parsed<Mount[]> => {
  const volumes = isJsonObject(value)
    ? parseEach(Object.entries(value), readBound)
    : Array.isArray(value)
      ? parseEach(value, readListed)
      : refused(`volumes must be an object or a list of strings, not ${jsonKind(value)}`);
  return volumes.kind === 'refused' ? volumes : parseEach(volumes.value, (volume) => toMount(volume, policy));
};
