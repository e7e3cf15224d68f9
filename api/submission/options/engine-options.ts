import { type EngineOptions, engineOptionsSchema } from '../../../model/engine-options.ts';
import type { JsonObject } from '../json-kind.ts';
import { ok, type Parsed, parseEach } from '../parsed.ts';
import type { SpecPolicy } from '../spec-policy.ts';
import { engineKeywords } from './keywords.ts';

/** All of a spec's keywords that go to the engine as they are. Null as a value: the keyword was not given. */
export const parseEngineOptions = (
  spec: JsonObject,
  policy: SpecPolicy,
): Parsed<Pick<EngineOptions, 'config' | 'host'>> => {
  const parts = parseEach(Object.entries(spec), ([key, value]: readonly [string, unknown]) => {
    const keyword = engineKeywords.get(key);
    return keyword === undefined || value === null ? ok([]) : keyword(key, value, policy);
  });
  if (parts.kind === 'refused') return parts;
  const options: Record<'config' | 'host', Record<string, unknown>> = { config: {}, host: {} };
  for (const { where, key, value } of parts.value.flat()) options[where][key] = value;
  const ports = options.host['PortBindings'];
  if (typeof ports === 'object' && ports !== null) {
    options.config['ExposedPorts'] = Object.fromEntries(Object.keys(ports).map((port) => [port, {}]));
  }
  // Each part was read by a parser of its key's own type; this says so to the compiler and holds us to it.
  return ok(engineOptionsSchema.parse(options));
};
