import { sql, type Kysely, type Migration } from 'kysely';

/** Where in a log's file its bytes are, so that an append never writes where another one may have written. */
export const logExtents: Migration = {
  async up(db: Kysely<never>) {
    await sql`alter table log_streams add column reserved bigint not null default 0`.execute(db);
    await sql`alter table log_streams add column extents text not null default '[]'`.execute(db);
    await sql`update log_streams set reserved = bytes, extents = '[[0,' || bytes || ']]' where bytes > 0`.execute(db);
  },
};
