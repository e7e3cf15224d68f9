import type { ContainerSpec } from '../../../model/job-spec.ts';
import { dockerPyKeywords } from './docker-py-keywords.ts';
import { parseEnvironment } from './environment.ts';
import { parseImage } from './image.ts';
import type { JsonObject } from './json-kind.ts';
import { parseLabels } from './labels.ts';
import { ok, type Parsed, refused } from './parsed.ts';
import { pathFault } from './paths.ts';
import { parseArguments, parseCount, parseName, parseSize, parseText } from './scalars.ts';
import { parseUser } from './user.ts';
import { type MountPolicy, parseVolumes } from './volumes.ts';

export type SpecPolicy = MountPolicy & {
  /** A container on the host's network reaches what listens on the host's loopback, Temporal among it. */
  readonly allowHostNetwork: boolean;
};

const supportedKeys: ReadonlySet<string> = new Set(
  `image command entrypoint environment volumes working_dir network network_mode mem_limit nano_cpus shm_size user
  runtime name labels detach`.split(/\s+/),
);

/** Null as a value is docker-py's None: the keyword was not given. */
const isGiven = (value: unknown): boolean => value !== undefined && value !== null;

/** Empty text is the image's own directory. */
const parseWorkingDir = (field: string, value: unknown): Parsed<string> => {
  const text = parseText(field, value);
  if (text.kind === 'refused' || text.value === '') return text;
  if (!text.value.startsWith('/')) return refused(`${field} must be an absolute path`);
  const fault = pathFault(text.value);
  return fault === null ? text : refused(`${field} ${fault}`);
};

const parseNetwork = (spec: JsonObject, policy: SpecPolicy): Parsed<string | null> => {
  if (isGiven(spec['network']) && isGiven(spec['network_mode'])) {
    return refused('network and network_mode cannot be used together');
  }
  const field = isGiven(spec['network']) ? 'network' : 'network_mode';
  if (!isGiven(spec[field]) || spec[field] === '') return ok(null);
  const mode = parseText(field, spec[field]);
  if (mode.kind === 'refused') return mode;
  if (mode.value === 'host' && !policy.allowHostNetwork) {
    return refused(`${field} "host" is refused: it opens the host's own network to the job; use a network of its own`);
  }
  return /^(?:container|ns):/.test(mode.value)
    ? refused(
        `${field} "${mode.value}" is refused: it opens another container's network to the job; use a network's name`,
      )
    : mode;
};

/** What is wrong with a key itself: no such keyword, or one that is not honoured yet. Null: all are supported. */
const refuseKeys = (spec: JsonObject): string | null => {
  for (const [key, value] of Object.entries(spec)) {
    if (supportedKeys.has(key)) continue;
    if (!dockerPyKeywords.has(key)) return `unknown spec key: ${key}`;
    if (isGiven(value)) return `not supported yet: ${key}`;
  }
  return null;
};

/** The keyword arguments of docker-py's `containers.run` as a container of ours: honoured or refused, never dropped. */
export const parseSpec = (spec: JsonObject, gpus: number, policy: SpecPolicy): Parsed<ContainerSpec> => {
  const wrongKey = refuseKeys(spec);
  if (wrongKey !== null) return refused(wrongKey);

  const refusals: string[] = [];
  const take = <T>(parsed: Parsed<T>, otherwise: T): T => {
    if (parsed.kind === 'ok') return parsed.value;
    refusals.push(`Bad job spec: ${parsed.because}`);
    return otherwise;
  };
  const read = <T>(key: string, absent: T, parse: (field: string, value: unknown) => Parsed<T>): T =>
    isGiven(spec[key]) ? take(parse(key, spec[key]), absent) : absent;

  const container: ContainerSpec = {
    image: take(parseImage(spec['image']), ''),
    command: read<string[] | null>('command', null, parseArguments),
    entrypoint: read<string[] | null>('entrypoint', null, parseArguments),
    environment: read('environment', [], (_, value) => parseEnvironment(value)),
    mounts: read('volumes', [], (_, value) => parseVolumes(value, policy)),
    workingDir: read<string | null>('working_dir', null, parseWorkingDir),
    user: read<string | null>('user', null, parseUser),
    networkMode: take(parseNetwork(spec, policy), null),
    runtime: read<string | null>('runtime', null, parseText),
    name: read<string | null>('name', null, parseName),
    labels: read('labels', {}, (_, value) => parseLabels(value)),
    resources: {
      nanoCpus: read('nano_cpus', 0, parseCount),
      memoryBytes: read('mem_limit', 0, parseSize),
      shmBytes: read('shm_size', 0, parseSize),
      gpus,
    },
  };
  const [first] = refusals;
  return first === undefined ? ok(container) : refused(first);
};
