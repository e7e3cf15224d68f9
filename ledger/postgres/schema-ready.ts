import { Client } from 'pg';
import { LongshoreError } from '../../model/error.ts';
import { migrate } from '../migrations/migrate.ts';
import { passesByItself, toUnavailable } from './failure.ts';
import { connectionOptions, kyselyOver } from './sessions.ts';
import { withoutSecrets } from './server-url.ts';

/**
 * Brings the schema to this version, once per process: the first call does it, later ones share it, and a call after
 * one that failed tries again. Several processes may start at once: the migrations' own lock lets one at a time.
 */
export function schemaReady(url: string): () => Promise<void> {
  let made: Promise<void> | null = null;
  return () => {
    made ??= migrateOnce(url).catch((error: unknown) => {
      made = null;
      throw error;
    });
    return made;
  };
}

async function migrateOnce(url: string): Promise<void> {
  const client = new Client({ ...connectionOptions(url, 'migration'), lock_timeout: 0, query_timeout: 0 });
  client.on('error', () => undefined);
  try {
    await client.connect();
    await migrate(kyselyOver(client));
  } catch (error) {
    throw explain(error, url);
  } finally {
    await client.end().catch(() => undefined);
  }
}

/** The server refuses us, and will go on doing so until somebody changes something. */
function explain(error: unknown, url: string): LongshoreError {
  const failure = toUnavailable(error, `at ${withoutSecrets(url)} does not answer`);
  const cause = error instanceof LongshoreError ? error.cause : error;
  if (passesByItself(cause)) return toUnavailable(cause, `at ${withoutSecrets(url)} does not answer`);
  if (error instanceof LongshoreError) return error;
  return new LongshoreError(
    'ledger_refused',
    `${failure.message} Check ledger.url: the user, its password, and that the database exists and belongs to the user.`,
  );
}
