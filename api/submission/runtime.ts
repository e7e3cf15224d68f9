import { closedRule } from './options/rules.ts';
import type { Parsed } from './parsed.ts';
import { parseText } from './scalars.ts';
import type { SpecPolicy } from './spec-policy.ts';

export const parseRuntime = (value: unknown, policy: SpecPolicy): Parsed<string> => {
  const runtime = parseText('runtime', value);
  if (runtime.kind === 'refused' || policy.allowedRuntimes.includes(runtime.value)) return runtime;
  return closedRule(`runtime "${runtime.value.slice(0, 100)}"`, {
    rule: 'allowedRuntimes',
    because: 'a runtime decides how far a container is kept apart from its host',
    wayOut: `use one of ${policy.allowedRuntimes.join(', ')}`,
  });
};
