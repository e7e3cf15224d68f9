import { z } from 'zod';
import { LongshoreError } from '../model/error.ts';
import { parseConfig, readConfigFile } from './yaml-file.ts';

const FILE = 'database.config.yaml';
const REDIS = 'redis_connection';

const sectionsSchema = z.record(z.string(), z.unknown());

/**
 * The original's choice of where queue and jobs are kept. Here the ledger keeps them, so what it may say is Redis, which
 * gets one warning; anything else is refused by its name. Null: there is nothing to say.
 */
export function databaseWarning(named: string | null): string | null {
  const file = named ?? FILE;
  const text = readConfigFile(file, { optional: named === null });
  if (text === null) return null;
  const types = typesIn(parseConfig(sectionsSchema, text, file));
  for (const type of types) {
    if (type === REDIS || type.startsWith(`${REDIS}.`)) continue;
    throw new LongshoreError(
      'bad_config',
      `${file}: type "${type}" is not known. Longshore keeps queue and jobs in its ledger; remove the file, or name ` +
        `a PostgreSQL database with ledger.url.`,
    );
  }
  if (types.length === 0) return null;
  return (
    `${file} keeps queue and jobs in Redis (${types.join(', ')}); Longshore keeps them in its ledger instead. ` +
    `Remove the file to be rid of this warning; trackers are configured on their own.`
  );
}

/** Every `type` at any depth; in a file without any, the names of its sections are the types. */
function typesIn(document: Readonly<Record<string, unknown>>): readonly string[] {
  const named = typesBelow(document);
  return [...new Set(named.length > 0 ? named : Object.keys(document))];
}

function typesBelow(value: unknown): readonly string[] {
  if (typeof value !== 'object' || value === null) return [];
  return Object.entries(value).flatMap(([key, held]) => (key === 'type' ? [String(held)] : typesBelow(held)));
}
