import { sql, type Kysely, type Migration } from 'kysely';

/** What a host's workflow finds and is told, and what tells one host from a copy of it. */
export const hosts: Migration = {
  async up(db: Kysely<never>) {
    const columns = [
      `condition text not null default 'up'`,
      `condition_since_ms bigint not null default 0`,
      `cordoned integer not null default 0`,
      `draining integer not null default 0`,
      `drain_deadline_ms bigint`,
      `revision bigint not null default 0`,
      `journal_id text not null default ''`,
      `unknown_held text not null default '[]'`,
      `lost_after_ms bigint not null default 300000`,
    ];
    for (const column of columns) await sql`alter table hosts add column ${sql.raw(column)}`.execute(db);
  },
};
