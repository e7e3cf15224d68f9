import type { EngineOptions } from '../../model/engine-options.ts';
import type { ContainerSpec } from '../../model/job-spec.ts';
import { cpuLimit } from './cpu-limit.ts';
import { parseEnvironment } from './environment.ts';
import { parseImage } from './image.ts';
import type { JsonObject } from './json-kind.ts';
import { parseLabels } from './labels.ts';
import { mountedOnce } from './mounted-once.ts';
import { parseEngineOptions } from './options/engine-options.ts';
import { engineKeywords } from './options/keywords.ts';
import { parseMounts } from './options/mounts.ts';
import { parseNetworks } from './options/networks.ts';
import { isFalsy } from './options/option.ts';
import { ok, type Parsed, refused } from './parsed.ts';
import { pathFault } from './paths.ts';
import { parsePlatform } from './platform.ts';
import { parseRuntime } from './runtime.ts';
import { parseArguments, parseName, parseSize, parseText } from './scalars.ts';
import type { SpecPolicy } from './spec-policy.ts';
import { parseUser } from './user.ts';
import { parseVolumes } from './volumes.ts';

/** The keywords that come to fields of Longshore's own; the others are in options/keywords.ts. */
const ownKeywords: ReadonlySet<string> = new Set(
  `image command entrypoint environment volumes mounts working_dir network network_mode networking_config mem_limit
  nano_cpus shm_size user runtime name labels platform`.split(/\s+/),
);

/** Every keyword of docker-py 7's `containers.run`. */
export const dockerPyKeywords: ReadonlySet<string> = new Set([...ownKeywords, ...engineKeywords.keys()]);

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

const withoutEmpty = (options: EngineOptions): EngineOptions | null => {
  const said = Object.entries(options).filter(([, part]) => typeof part !== 'object' || Object.keys(part).length > 0);
  return said.length === 0 ? null : Object.fromEntries(said);
};

/** The keyword arguments of docker-py's `containers.run` as a container of ours: honoured or refused, never dropped. */
export const parseSpec = (spec: JsonObject, gpus: number, policy: SpecPolicy): Parsed<ContainerSpec> => {
  const unknownKey = Object.keys(spec).find((key) => !dockerPyKeywords.has(key));
  if (unknownKey !== undefined) return refused(`unknown spec key: ${unknownKey}`);

  const refusals: string[] = [];
  const take = <T>(parsed: Parsed<T>, otherwise: T): T => {
    if (parsed.kind === 'ok') return parsed.value;
    refusals.push(`Bad job spec: ${parsed.because}`);
    return otherwise;
  };
  const read = <T>(key: string, absent: T, parse: (field: string, value: unknown) => Parsed<T>): T =>
    isGiven(spec[key]) ? take(parse(key, spec[key]), absent) : absent;

  const image = take(parseImage(spec['image']), '');
  const volumes = isFalsy(spec['volumes']) ? [] : take(parseVolumes(spec['volumes'], policy), []);
  const mounts = read('mounts', [], (field, value) => parseMounts(field, value, policy));
  const networks = take(parseNetworks(spec, policy), { mode: null, endpoints: null });
  const options = take(parseEngineOptions(spec, policy), {});
  const platform = isFalsy(spec['platform']) ? null : take<string | null>(parsePlatform(spec['platform']), null);
  const engine = withoutEmpty({
    ...options,
    ...(networks.endpoints === null ? {} : { endpoints: networks.endpoints }),
    ...(platform === null ? {} : { platform }),
  });

  const container: ContainerSpec = {
    image,
    command: read<string[] | null>('command', null, parseArguments),
    entrypoint: read<string[] | null>('entrypoint', null, parseArguments),
    environment: read('environment', [], (_, value) => parseEnvironment(value)),
    mounts: take(mountedOnce([...volumes, ...mounts], Object.keys(options.host?.Tmpfs ?? {})), []),
    workingDir: read<string | null>('working_dir', null, parseWorkingDir),
    user: read<string | null>('user', null, parseUser),
    networkMode: networks.mode,
    runtime: isFalsy(spec['runtime']) ? null : take<string | null>(parseRuntime(spec['runtime'], policy), null),
    name: read<string | null>('name', null, parseName),
    labels: read('labels', {}, (_, value) => parseLabels(value)),
    resources: {
      nanoCpus: take(cpuLimit(spec['nano_cpus'], options.host ?? {}), 0),
      memoryBytes: read('mem_limit', 0, parseSize),
      shmBytes: read('shm_size', 0, parseSize),
      gpus,
    },
    ...(engine === null ? {} : { engine }),
  };
  const [first] = refusals;
  return first === undefined ? ok(container) : refused(first);
};
