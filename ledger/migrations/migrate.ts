import { Migrator, type Kysely } from 'kysely';
import { LongshoreError } from '../../model/error.ts';
import type { LedgerSchema } from '../schema.ts';
import { firstVoyage } from './0001-first-voyage.ts';
import { queueOrder } from './0002-queue-order.ts';
import { hosts } from './0003-hosts.ts';
import { logExtents } from './0004-log-extents.ts';
import { trackers } from './0005-trackers.ts';
import { schedules } from './0006-schedules.ts';
import { workers } from './0007-workers.ts';
import { deletions } from './0008-deletions.ts';
import { strangers } from './0009-strangers.ts';
import { queuedAt } from './0010-queued-at.ts';
import { lookouts } from './0011-lookouts.ts';
import { helloCounter } from './0012-hello-counter.ts';
import { goneMarks } from './0013-gone-marks.ts';

/** Applied in the order of their names, each once; a name never changes once it is released. */
const MIGRATIONS = {
  '0001-first-voyage': firstVoyage,
  '0002-queue-order': queueOrder,
  '0003-hosts': hosts,
  '0004-log-extents': logExtents,
  '0005-trackers': trackers,
  '0006-schedules': schedules,
  '0007-workers': workers,
  '0008-deletions': deletions,
  '0009-strangers': strangers,
  '0010-queued-at': queuedAt,
  '0011-lookouts': lookouts,
  '0012-hello-counter': helloCounter,
  '0013-gone-marks': goneMarks,
};

/** Brings a database to the newest schema. */
export async function migrate(db: Kysely<LedgerSchema>): Promise<void> {
  const migrator = new Migrator({ db, provider: { getMigrations: () => Promise.resolve(MIGRATIONS) } });
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
