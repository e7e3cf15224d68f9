import path from 'node:path';
import type { Ledger } from '../../ledger/ledger.ts';
import { openPostgresLedger } from '../../ledger/postgres/open-postgres-ledger.ts';
import { openSqliteLedger } from '../../ledger/sqlite/open-sqlite-ledger.ts';
import { LongshoreError } from '../../model/error.ts';
import type { Config } from '../config.ts';

/** `server`: api and control worker in one process; the others are one of the two, of which there may be several. */
export type ServerPart = 'server' | 'api' | 'control';

/** The ledger that the configuration names. Throws LongshoreError('needs_postgres') for a part that must share one. */
export function openLedger(
  config: Pick<Config, 'ledger' | 'dataDir'>,
  part: ServerPart,
  options: { readonly sealKey: Uint8Array; readonly now: () => number },
): Promise<Ledger> {
  if (config.ledger.url !== null) return openPostgresLedger({ url: config.ledger.url, ...options });
  if (part === 'server') return openSqliteLedger({ directory: path.join(config.dataDir, 'ledger'), ...options });
  throw new LongshoreError(
    'needs_postgres',
    `"longshore ${part}" shares its ledger with other processes, and the embedded one (SQLite) has one owner. ` +
      `Name a PostgreSQL database with ledger.url or LONGSHORE_LEDGER_URL, or run "longshore server", which is api and ` +
      `control worker in one process.`,
  );
}
