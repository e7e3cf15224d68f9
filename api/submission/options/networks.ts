import type { Endpoint } from '../../../model/engine-options.ts';
import type { JsonObject } from '../json-kind.ts';
import { ok, type Parsed, refused } from '../parsed.ts';
import { parseText } from '../scalars.ts';
import type { SpecPolicy } from '../spec-policy.ts';
import { listOf, mapOf, readObject } from './engine-object.ts';
import { foreignRule } from './namespaces.ts';
import { isFalsy, type Parser } from './option.ts';
import { needs } from './rules.ts';

const hostRule = {
  rule: 'allowHostNetwork',
  because: "it opens the host's own network to the job",
  wayOut: 'use a network of its own',
} as const;

/** A path to any network namespace of the host's. */
const namespace: Parser<string> = (field, value) => {
  const mode = parseText(field, value);
  if (mode.kind === 'refused' || !mode.value.startsWith('ns:')) return mode;
  return refused(`${field} "${mode.value.slice(0, 100)}" is not a network; use a network's name`);
};

const parseMode: Parser<string> = needs(
  foreignRule,
  needs(hostRule, namespace, (mode) => mode === 'host'),
  (mode) => mode.startsWith('container:'),
);

const ipamShape = { IPv4Address: parseText, IPv6Address: parseText, LinkLocalIPs: listOf(parseText) };
const endpointShape = {
  Aliases: listOf(parseText),
  DriverOpts: mapOf(parseText),
  IPAMConfig: (field: string, value: unknown, policy: SpecPolicy) => readObject(field, value, ipamShape, policy),
  Links: needs(foreignRule, listOf(parseText), (links) => links.length > 0),
  MacAddress: parseText,
};

const parseEndpoint: Parser<Endpoint | null> = (field, value, policy) =>
  value === null ? ok(null) : readObject(field, value, endpointShape, policy);

type Networks = {
  /** Null: the engine's default. */
  readonly mode: string | null;
  /** Null: nothing is said about its end of any network. */
  readonly endpoints: Record<string, Endpoint | null> | null;
};

/** `network`, `network_mode` and `networking_config`, which say one thing together. */
export const parseNetworks = (spec: JsonObject, policy: SpecPolicy): Parsed<Networks> => {
  const { network, network_mode: networkMode, networking_config: endpoints } = spec;
  if (!isFalsy(network) && !isFalsy(networkMode)) return refused('network and network_mode cannot be used together');
  if (!isFalsy(endpoints) && isFalsy(network)) return refused('networking_config cannot be used without network');
  const field = isFalsy(network) ? 'network_mode' : 'network';
  const mode = isFalsy(spec[field]) ? ok(null) : parseMode(field, spec[field], policy);
  if (mode.kind === 'refused') return mode;
  if (mode.value === 'host' && !isFalsy(spec['ports'])) return refused(`ports cannot be used with ${field} "host"`);
  if (isFalsy(endpoints)) return ok({ mode: mode.value, endpoints: null });
  const named = mapOf(parseEndpoint)('networking_config', endpoints, policy);
  if (named.kind === 'refused') return named;
  // Like docker-py, which then says nothing about any of them.
  if (mode.value === null || !Object.hasOwn(named.value, mode.value)) return ok({ mode: mode.value, endpoints: null });
  for (const name of Object.keys(named.value)) {
    const judged = parseMode('networking_config', name, policy);
    if (judged.kind === 'refused') return judged;
  }
  return ok({ mode: mode.value, endpoints: named.value });
};
