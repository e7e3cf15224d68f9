import { posix } from 'node:path';
import type { EngineMount } from '../../../model/engine-mount.ts';
import type { Mount } from '../../../model/job-spec.ts';
import { jsonKind } from '../json-kind.ts';
import { propagationRule, isShared } from '../mount-mode.ts';
import { parseLabels } from '../labels.ts';
import { ok, type Parsed, refused } from '../parsed.ts';
import { parseCount, parseFlag, parseSize, parseText } from '../scalars.ts';
import type { SpecPolicy } from '../spec-policy.ts';
import { judgeBindSource, judgeVolumeName, parseTarget } from '../volumes.ts';
import { listOf, mapOf, readObject } from './engine-object.ts';
import type { Parser } from './option.ts';
import { closedRule, needs } from './rules.ts';

const KINDS = ['bind', 'volume', 'tmpfs'] as const;
type Kind = (typeof KINDS)[number];

const parseKind: Parser<Kind> = (field, value) => {
  const kind = KINDS.find((one) => one === value);
  return kind === undefined
    ? refused(
        `${field} must be ${KINDS.map((one) => `"${one}"`).join(', ')}, not ${typeof value === 'string' ? `"${value.slice(0, 50)}"` : jsonKind(value)}`,
      )
    : ok(kind);
};

export const parseVolumeDriver: Parser<string> = (field, value, policy) => {
  const driver = parseText(field, value);
  if (driver.kind === 'refused' || driver.value === '' || policy.allowedVolumeDrivers.includes(driver.value)) {
    return driver;
  }
  return closedRule(`${field} "${driver.value.slice(0, 100)}"`, {
    rule: 'allowedVolumeDrivers',
    because: "a driver decides by itself what of the host's it mounts",
    wayOut: 'use the driver "local"',
  });
};

const optionsRule = {
  rule: 'allowVolumeDriverOptions',
  because: "with a driver's options any directory of the host can be made a volume",
  wayOut: 'bind a directory instead',
} as const;

const driverShape = {
  Name: parseVolumeDriver,
  Options: needs(optionsRule, mapOf(parseText), (options) => Object.keys(options).length > 0),
};
const bindShape = {
  Propagation: needs(propagationRule, parseText, isShared),
  NonRecursive: parseFlag,
};
const volumeShape = {
  NoCopy: parseFlag,
  Labels: (field: string, value: unknown) => parseLabels(value, field),
  DriverConfig: (field: string, value: unknown, policy: SpecPolicy) => readObject(field, value, driverShape, policy),
  Subpath: parseText,
};
const tmpfsShape = { SizeBytes: parseSize, Mode: parseCount };
const within =
  <S extends Parameters<typeof readObject>[2]>(shape: S) =>
  (field: string, value: unknown, policy: SpecPolicy) =>
    readObject<S>(field, value, shape, policy);

const mountShape = {
  Type: parseKind,
  Target: parseText,
  Source: parseText,
  ReadOnly: parseFlag,
  Consistency: parseText,
  BindOptions: within(bindShape),
  VolumeOptions: within(volumeShape),
  TmpfsOptions: within(tmpfsShape),
};

const judgeSource = (kind: Kind, source: string, policy: SpecPolicy): Parsed<string> => {
  switch (kind) {
    case 'bind':
      return judgeBindSource('mounts', source, policy);
    case 'volume':
      return source === '' ? ok(source) : judgeVolumeName('mounts', source, policy);
    case 'tmpfs':
      return source === '' ? ok(source) : refused('mounts: a tmpfs has no source');
  }
};

const parseMount: Parser<Mount> = (field, value, policy) => {
  const read = readObject(field, value, mountShape, policy);
  if (read.kind === 'refused') return read;
  const { Type, Target, Source, ...others } = read.value;
  if (Type === undefined || Target === undefined) return refused(`${field} must have a Type and a Target`);
  const foreign = KINDS.find((kind) => kind !== Type && optionsOf(read.value, kind) !== undefined);
  if (foreign !== undefined) return refused(`${field}: a ${Type} mount cannot have the options of a ${foreign} mount`);
  const target = parseTarget('mounts', Target);
  if (target.kind === 'refused') return target;
  if (Type === 'bind' && target.value === posix.normalize(policy.bundleTarget)) {
    return ok({ kind: 'bundle', target: target.value, mode: others.ReadOnly === true ? 'ro' : 'rw' });
  }
  const source = judgeSource(Type, Source ?? '', policy);
  if (source.kind === 'refused') return source;
  const request: EngineMount = {
    ...others,
    Type,
    Target: target.value,
    ...(source.value === '' ? {} : { Source: source.value }),
  };
  return ok({ kind: 'mount', request });
};

const optionsOf = (mount: Partial<EngineMount>, kind: Kind): object | undefined =>
  ({ bind: mount.BindOptions, volume: mount.VolumeOptions, tmpfs: mount.TmpfsOptions })[kind];

/** docker.types.Mount as it is sent: the Engine API's own objects. */
export const parseMounts: Parser<Mount[]> = listOf(parseMount);
