import { readFileSync } from 'node:fs';
import { parse as parseYaml } from 'yaml';
import type { z } from 'zod';
import { LongshoreError } from '../model/error.ts';

/** The text of a file. `optional`: null where there is none. Throws LongshoreError('bad_config') naming the file. */
export function readConfigFile(file: string, options: { readonly optional: boolean }): string | null {
  try {
    return readFileSync(file, 'utf8');
  } catch (cause) {
    if (options.optional) return null;
    throw new LongshoreError('bad_config', `${file} cannot be read: ${String(cause)}`, { cause });
  }
}

/** Throws LongshoreError('bad_config') naming file, field and what is wrong with it. An empty file is an empty object. */
export function parseConfig<T extends z.ZodType>(schema: T, text: string, name: string): z.output<T> {
  let document: unknown;
  try {
    document = parseYaml(text) ?? {};
  } catch (cause) {
    throw new LongshoreError('bad_config', `${name} is not YAML: ${String(cause)}`, { cause });
  }
  const parsed = schema.safeParse(document);
  if (parsed.success) return parsed.data;
  const problems = parsed.error.issues.map((issue) => `${issue.path.join('.') || 'file'}: ${issue.message}`);
  throw new LongshoreError('bad_config', `${name}: ${problems.join('; ')}`);
}
