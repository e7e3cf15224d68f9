import { sql, type Kysely, type Migration } from 'kysely';

/** How many epochs its generation had given when a host said its last hello, so that a repeat of it is told the same. */
export const helloCounter: Migration = {
  async up(db: Kysely<never>) {
    await sql`alter table hosts add column hello_counter bigint`.execute(db);
  },
};
