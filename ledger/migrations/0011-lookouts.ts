import { sql, type Kysely, type Migration } from 'kysely';

/**
 * Up to which epoch all that went by a host's name is gone, whoever goes by it since; and in which generation of the
 * ledger a pool's planner knows that all was compared with the world.
 */
export const lookouts: Migration = {
  async up(db: Kysely<never>) {
    await sql`alter table hosts add column gone_generation integer`.execute(db);
    await sql`alter table hosts add column gone_counter bigint`.execute(db);
    await sql`alter table pools add column compared_generation integer`.execute(db);
  },
};
