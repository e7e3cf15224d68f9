import { posix } from 'node:path';
import { isJsonObject, jsonKind } from '../json-kind.ts';
import { ok, type Parsed, refused } from '../parsed.ts';
import { pathFault } from '../paths.ts';
import { parseText } from '../scalars.ts';
import type { SpecPolicy } from '../spec-policy.ts';
import { listOf, readObject } from './engine-object.ts';
import type { Parser } from './option.ts';
import { closedRule } from './rules.ts';

type Device = {
  readonly PathOnHost: string;
  readonly PathInContainer: string;
  readonly CgroupPermissions: string;
};

const deviceShape = { PathOnHost: parseText, PathInContainer: parseText, CgroupPermissions: parseText };

const read = (field: string, value: unknown, policy: SpecPolicy): Parsed<Device> => {
  if (isJsonObject(value)) {
    const device = readObject(field, value, deviceShape, policy);
    if (device.kind === 'refused') return device;
    const { PathOnHost = '', PathInContainer = PathOnHost, CgroupPermissions = 'rwm' } = device.value;
    return ok({ PathOnHost, PathInContainer, CgroupPermissions });
  }
  if (typeof value !== 'string') return refused(`${field} must be a string or an object, not ${jsonKind(value)}`);
  const [onHost = '', inContainer = onHost, permissions = 'rwm'] = value.split(':');
  return ok({ PathOnHost: onHost, PathInContainer: inContainer, CgroupPermissions: permissions });
};

const parseDevice: Parser<Device> = (field, value, policy) => {
  const device = read(field, value, policy);
  if (device.kind === 'refused') return device;
  const { PathOnHost, PathInContainer, CgroupPermissions } = device.value;
  const fault = pathFault(PathOnHost) ?? pathFault(PathInContainer);
  if (fault !== null) return refused(`${field} ${fault}`);
  const onHost = posix.normalize(PathOnHost);
  if (!onHost.startsWith('/')) return refused(`${field} must name a device by its absolute path, like "/dev/fuse"`);
  if (!/^[rwm]{1,3}$/.test(CgroupPermissions))
    return refused(`${field} must grant some of "rwm", not "${CgroupPermissions}"`);
  const isAllowed = policy.allowedDevices
    .map((path) => posix.normalize(path).replace(/(?<=.)\/$/, ''))
    .some((path) => onHost === path || onHost.startsWith(`${path}/`));
  if (isAllowed) return ok({ ...device.value, PathOnHost: onHost });
  const because = "it opens a device of the host's to the job";
  return closedRule(`${field} "${PathOnHost}"`, {
    rule: 'allowedDevices',
    because,
    wayOut: 'ask for GPUs with gpu_spec',
  });
};

/** docker-py's "host:container:rwm", or the Engine API's own objects. */
export const parseDevices: Parser<Device[]> = listOf(parseDevice);
