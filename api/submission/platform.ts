import { ok, type Parsed, refused } from './parsed.ts';
import { parseText } from './scalars.ts';

/** `os[/arch[/variant]]`. */
export const parsePlatform = (value: unknown): Parsed<string> => {
  const platform = parseText('platform', value);
  if (platform.kind === 'refused') return platform;
  return /^[A-Za-z0-9_.-]+(?:\/[A-Za-z0-9_.-]+){0,2}$/.test(platform.value)
    ? ok(platform.value)
    : refused(`platform must be like "linux/amd64", not "${platform.value.slice(0, 50)}"`);
};
