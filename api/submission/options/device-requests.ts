import { isJsonObject, jsonKind } from '../json-kind.ts';
import { ok, refused } from '../parsed.ts';
import { parseText, parseWhole } from '../scalars.ts';
import { listOf, mapOf } from './engine-object.ts';
import { eitherName } from './either-name.ts';
import type { Parser } from './option.ts';

type DeviceRequest = {
  Driver: string;
  Count: number;
  DeviceIDs: string[];
  Capabilities: string[][];
  Options: Record<string, string>;
};

const names = {
  driver: 'Driver',
  count: 'Count',
  device_ids: 'DeviceIDs',
  capabilities: 'Capabilities',
  options: 'Options',
};

const parseRequest: Parser<DeviceRequest> = (field, value, policy) => {
  if (!isJsonObject(value)) return refused(`${field} must be an object, not ${jsonKind(value)}`);
  const given = eitherName(field, value, names);
  if (given.kind === 'refused') return given;
  const read = <T>(name: string, absent: T, parse: Parser<T>) => {
    const part = given.value[name];
    return part === undefined || part === null ? ok(absent) : parse(`${field}.${name}`, part, policy);
  };
  const driver = read('driver', '', parseText);
  if (driver.kind === 'refused') return driver;
  const count = read('count', 0, parseWhole);
  if (count.kind === 'refused') return count;
  const ids = read('device_ids', [], listOf(parseText));
  if (ids.kind === 'refused') return ids;
  const capabilities = read('capabilities', [], listOf(listOf(parseText)));
  if (capabilities.kind === 'refused') return capabilities;
  const options = read('options', {}, mapOf(parseText));
  if (options.kind === 'refused') return options;
  return ok({
    Driver: driver.value,
    Count: count.value,
    DeviceIDs: ids.value,
    Capabilities: capabilities.value,
    Options: options.value,
  });
};

/** docker.types.DeviceRequest by its own or the Engine API's names. */
export const parseDeviceRequests: Parser<DeviceRequest[]> = listOf(parseRequest);
