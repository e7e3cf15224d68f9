import { Migrator, type Kysely } from 'kysely';
import { LongshoreError } from '../../model/error.ts';
import type { LedgerSchema } from '../schema.ts';
import { firstVoyage } from './0001-first-voyage.ts';
import { queueOrder } from './0002-queue-order.ts';

/** Brings a database to the newest schema. Names are applied in their order and never change once released. */
export async function migrate(db: Kysely<LedgerSchema>): Promise<void> {
  const migrator = new Migrator({
    db,
    provider: {
      getMigrations: () => Promise.resolve({ '0001-first-voyage': firstVoyage, '0002-queue-order': queueOrder }),
    },
  });
  const { error, results } = await migrator.migrateToLatest();
  if (error === undefined) return;
  const failed = results?.find((result) => result.status === 'Error')?.migrationName ?? 'the migration lock';
  throw new LongshoreError(
    'ledger_migration_failed',
    `The ledger could not be brought to this version's schema: ${failed} failed, nothing was changed by it. ` +
      `Start the version that wrote the ledger, or restore it from a backup.`,
    { cause: error },
  );
}
