import { isIP } from 'node:net';
import { isJsonObject, jsonKind } from '../json-kind.ts';
import { ok, type Parsed, parseEach, refused } from '../parsed.ts';
import type { Parser } from './option.ts';

type Binding = { readonly HostIp: string; readonly HostPort: string };

const MAX_PORT = 65_535;
const isPort = (text: string): boolean => /^\d{1,5}$/.test(text) && Number(text) <= MAX_PORT;

/** A number, or text: one port, a range to choose from ("8000-8010"), or empty for any. */
const parseHostPort = (field: string, value: unknown): Parsed<string> => {
  if (value === null) return ok('');
  if (typeof value !== 'number' && typeof value !== 'string') {
    return refused(`${field} must be a port of the host, a pair of address and port, or null, not ${jsonKind(value)}`);
  }
  const text = String(value);
  return text === '' || text.split('-', 2).every(isPort)
    ? ok(text)
    : refused(`${field} must be a port from 0 to ${MAX_PORT}, not ${JSON.stringify(value).slice(0, 50)}`);
};

const parseAddress = (field: string, value: unknown): Parsed<string> =>
  value === '' || (typeof value === 'string' && isIP(value) !== 0)
    ? ok(value)
    : refused(
        `${field} must be an IP address of the host, not ${typeof value === 'string' ? `"${value}"` : jsonKind(value)}`,
      );

const bind = (field: string, address: unknown, port: unknown): Parsed<Binding> => {
  const HostIp = parseAddress(field, address);
  if (HostIp.kind === 'refused') return HostIp;
  const HostPort = parseHostPort(field, port);
  return HostPort.kind === 'refused' ? HostPort : ok({ HostIp: HostIp.value, HostPort: HostPort.value });
};

/** Python's tuple of address and port, either alone as well, is a list in JSON: told by the address it begins with. */
const isPair = (value: readonly unknown[]): boolean =>
  value.length <= 2 && typeof value[0] === 'string' && isIP(value[0]) !== 0;

const parseBinding = (field: string, value: unknown): Parsed<Binding> => {
  if (Array.isArray(value)) {
    if (!isPair(value) && !(value.length === 1 && !Array.isArray(value[0]))) {
      return refused(`${field} must be a pair of address and port, like ["127.0.0.1", 8080]`);
    }
    return isPair(value) ? bind(field, value[0], value[1] ?? null) : bind(field, '', value[0]);
  }
  if (!isJsonObject(value)) return bind(field, '', value);
  const { HostPort, HostIp = '', ...others } = value;
  const unknown = Object.keys(others)[0];
  if (unknown !== undefined) return refused(`${field} has an unknown key: ${unknown}; known are HostIp, HostPort`);
  return HostPort === undefined ? refused(`${field}.HostPort is missing`) : bind(field, HostIp, HostPort);
};

const parsePort = ([key, value]: readonly [string, unknown]): Parsed<readonly [string, Binding[]]> => {
  const [, port = '', protocol = '/tcp'] = /^(\d{1,5})(\/(?:tcp|udp|sctp))?$/.exec(key) ?? [];
  if (!isPort(port) || port === '0') {
    return refused(
      `ports must be named like 80, "80/tcp" or "53/udp" and lie from 1 to ${MAX_PORT}, not "${key.slice(0, 50)}"`,
    );
  }
  const field = `ports["${key}"]`;
  const listed = Array.isArray(value) && !isPair(value);
  const bindings = parseEach(listed ? value : [value], (one: unknown) => parseBinding(field, one));
  return bindings.kind === 'refused' ? bindings : ok([`${port}${protocol}`, bindings.value]);
};

/** `ports`: what of the host leads to which port of the container. */
export const parsePorts: Parser<Record<string, Binding[]>> = (field, value) => {
  if (!isJsonObject(value)) {
    return refused(`${field} must be an object like {"80/tcp": 8080}, not ${jsonKind(value)}`);
  }
  const ports = parseEach(Object.entries(value), parsePort);
  return ports.kind === 'refused' ? ports : ok(Object.fromEntries(ports.value));
};
