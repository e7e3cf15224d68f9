import { sql, type Kysely, type Migration } from 'kysely';

/** A host that was removed before such marks were kept was given nothing since: all given until now was before. */
export const goneMarks: Migration = {
  async up(db: Kysely<never>) {
    await sql`update hosts set
      gone_generation = (select generation from ledger_state where id = 1),
      gone_counter = (select epoch_counter from ledger_state where id = 1)
      where condition = 'removed' and gone_generation is null`.execute(db);
  },
};
